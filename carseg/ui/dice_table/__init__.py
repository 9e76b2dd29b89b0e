"""The panels of the Dice table; each answers one question about the scores."""
