"""Bytes to pixels and back, grids and regions. Nothing here knows networks or data sets."""
