"""A mask of cars becomes single cars. Pure functions on arrays; no network, no photo."""
