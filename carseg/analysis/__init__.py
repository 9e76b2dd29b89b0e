"""Evaluates saved scores: tables, effects, junctures, error profiles, cards."""
