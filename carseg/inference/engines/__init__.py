"""One module per library that can run networks."""
