"""Stores scores: shipped ones in files beside the weights, a user's own in a database.

Both hold pixel counts per picture. ``carseg.analysis.frames`` turns both into tables.
"""

from carseg.results.comparison import Comparison, ComparisonError
from carseg.results.comparisons import (
    comparison_names,
    delete_comparison,
    free_name,
    rename_comparison,
    save_comparison,
    saved_comparisons,
)
from carseg.results.database import open_engine
from carseg.results.details import read_details, write_details
from carseg.results.problems import ResultsError
from carseg.results.saved import Score, delete_scores, save_scores, saved_scores, settings_hash
from carseg.results.scores import DOMAINS, ScoreSet, read_scores, shipped_scores, write_scores

__all__ = [
    "DOMAINS",
    "Comparison",
    "ComparisonError",
    "ResultsError",
    "Score",
    "ScoreSet",
    "comparison_names",
    "delete_comparison",
    "delete_scores",
    "free_name",
    "open_engine",
    "read_details",
    "read_scores",
    "rename_comparison",
    "save_comparison",
    "save_scores",
    "saved_comparisons",
    "saved_scores",
    "settings_hash",
    "shipped_scores",
    "write_details",
    "write_scores",
]
