"""Fetches the bytes behind an address that a stranger gave."""
