"""Stores scores: shipped ones in files beside the weights, a user's own in a database.

Both hold pixel counts per picture. ``carseg.analysis.frames`` turns both into tables.
"""

from carseg.results.database import ResultsError, open_engine
from carseg.results.details import read_details, write_details
from carseg.results.saved import Score, delete_scores, save_scores, saved_scores, settings_hash
from carseg.results.scores import DOMAINS, ScoreSet, read_scores, shipped_scores, write_scores

__all__ = [
    "DOMAINS",
    "ResultsError",
    "Score",
    "ScoreSet",
    "delete_scores",
    "open_engine",
    "read_details",
    "read_scores",
    "save_scores",
    "saved_scores",
    "settings_hash",
    "shipped_scores",
    "write_details",
    "write_scores",
]
