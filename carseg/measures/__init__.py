"""Two masks to numbers."""
