"""Training views: pictures with random changes."""
