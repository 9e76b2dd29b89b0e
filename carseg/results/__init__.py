"""Where scores are kept: shipped files beside the weights, and what a user saves in a database.

Both hold pixel counts per picture; ``carseg.analysis.frames`` makes of either the table that people
read.
"""

from carseg.results.database import ResultsError, open_engine
from carseg.results.details import read_details, write_details
from carseg.results.saved import Score, delete, save, saved, settings_hash
from carseg.results.scores import DOMAINS, ScoreSet, read_scores, shipped, write_scores

__all__ = [
    "DOMAINS",
    "ResultsError",
    "Score",
    "ScoreSet",
    "delete",
    "open_engine",
    "read_details",
    "read_scores",
    "save",
    "saved",
    "settings_hash",
    "shipped",
    "write_details",
    "write_scores",
]
