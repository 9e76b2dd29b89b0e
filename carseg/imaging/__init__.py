"""Bytes to pixels and back, grids and regions; it knows no network and no data set."""
