"""Training: presets with their reasons, losses, the Lightning module, runs."""
