"""Shipped details: where masks are wrong, in ``weights/<name>/details/<set>-<grid>.csv``.

They belong to the score set of the same name. Each row is a picture, by id, with the measures of
``carseg.measures.faults``, the figures of ``carseg.measures.stability``, the length of the true
outline in pixels and the gaps of ``carseg.measures.calibration``, with six digits. The files do not
state which weights they belong to, so they only count if their wrong pixels add up to those of the
scores (``error_profile.joined``).
"""

from pathlib import Path

import pandas as pd
from pandas.api.types import is_numeric_dtype

from carseg.core.atomic import write_atomically
from carseg.measures.calibration import GAPS
from carseg.measures.faults import ANATOMY_COLUMNS
from carseg.results.scores import ScoreSet

SHAKEN = ["threshold_trust", "mirror_trust"]
"""The figures of ``carseg.measures.stability``; older details lack them."""
LATER = [*SHAKEN, "outline", *GAPS]
"""All columns that older details lack."""


def write_details(folder: Path, scores: ScoreSet) -> Path:
    """Write the details of a set into checkpoint ``folder``; returns the CSV's path.

    Raises:
        ValueError: its pictures have no details.
    """
    if any(picture.details is None for picture in scores.pictures):
        raise ValueError(f"The scores of '{scores.model}' on '{scores.set}' have no details.")
    ordered = sorted(scores.pictures, key=lambda p: p.id)
    rows = [{"picture": picture.id, **(picture.details or {})} for picture in ordered]
    path = Path(folder) / "details" / f"{scores.name}.csv"
    text = pd.DataFrame(rows).to_csv(index=False, float_format="%.6f", lineterminator="\n")
    write_atomically(path, text)
    return path


def read_details(folder: Path, name: str) -> pd.DataFrame | None:
    """The details of the score set ``name`` (``<set>-<grid>``); None if there are none.

    Columns: ``picture`` (each id once), the fields of ``carseg.measures.faults.Anatomy`` and, if
    they were measured, ``LATER``, as numbers. A file that is not such a table counts as missing.
    """
    try:
        table = pd.read_csv(Path(folder) / "details" / f"{name}.csv", dtype={"picture": str})
    except (OSError, ValueError):
        return None
    if (
        not {"picture", *ANATOMY_COLUMNS} <= set(table.columns)
        or table["picture"].duplicated().any()
    ):
        return None
    measures = table.columns.intersection([*ANATOMY_COLUMNS, *LATER])
    return table if all(is_numeric_dtype(table[name]) for name in measures) else None
