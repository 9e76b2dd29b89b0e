"""The Juncture page: where along a dial one model gets ahead of another."""
