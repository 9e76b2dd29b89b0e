"""What networks consist of and what happens inside them, measured on the real layers."""
