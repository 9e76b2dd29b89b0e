"""The panels of the Dice table that say what the scores support, one question each."""
