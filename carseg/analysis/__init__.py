"""What kept scores support: tables, effects, junctures, error profiles, cards."""
