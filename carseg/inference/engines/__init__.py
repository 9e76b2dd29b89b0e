"""What runs a network: a module for each library that can."""
