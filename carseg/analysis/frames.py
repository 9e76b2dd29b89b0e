"""Scores to tables: one row per picture, one row per model and data set, and a safe CSV."""

import re
from collections.abc import Iterable
from datetime import date
from numbers import Number
from typing import Any

import pandas as pd
from pandas.api.types import is_datetime64_any_dtype, is_numeric_dtype

from carseg.inference.engines.engine import USUAL
from carseg.measures.overlap import Counts
from carseg.results.saved import Score, settings_hash
from carseg.results.scores import ScoreSet
from carseg.stats import Interval, ends, mean_interval

_COMMON = ["model", "weights_sha256", "domain", "set", "grid", "threshold", "settings_sha256"]
_COUNTS = ["tp", "fp", "fn", "tn"]
_PICTURE = [
    *("id", "model", "domain", "set", "picture", "group", "grid", "threshold"),
    *(*_COUNTS, "dice", "iou", "mean_iou", "precision", "recall", "specificity", "accuracy"),
    *("boundary_iou", "date", "weights_sha256", "settings_sha256"),
]
_SUMMARY = [
    *("model", "domain", "set", "n", "clusters", "dice", "low", "high", "iou", "pooled_dice"),
    *("boundary_iou", "grid", "threshold", "date", "weights_sha256", "settings_sha256"),
]

_TYPES = dict.fromkeys(("n", "clusters"), "int64") | dict.fromkeys(
    ("dice", "low", "high", "iou", "pooled_dice", "boundary_iou", "threshold"), "float64"
)


def per_picture(scores: Iterable[ScoreSet | Score]) -> pd.DataFrame:
    """One row per picture with its counts and every derived score, in the order given.

    ``group`` is the cluster for intervals: the car or scene of a shipped score, or the picture
    itself if the score is a saved one or names no group. ``id`` is that of a saved score (for
    ``delete_scores``); shipped scores have none. ``date`` is ``YYYY-MM-DD`` (UTC).
    """
    rows = [
        row
        for item in scores
        for row in ([_saved_row(item)] if isinstance(item, Score) else _shipped_rows(item))
    ]
    frame = pd.DataFrame(rows, columns=_PICTURE)
    return frame.astype({"id": "Int64", "boundary_iou": "float64", "threshold": "float64"})


def _derived(counts: Counts) -> dict[str, float]:
    names = ("dice", "iou", "mean_iou", "precision", "recall", "specificity", "accuracy")
    return {name: getattr(counts, name) for name in (*_COUNTS, *names)}


def _saved_row(score: Score) -> dict[str, Any]:
    facts = {name: getattr(score, name) for name in (*_COMMON, "id", "picture", "boundary_iou")}
    day = score.saved_at.date().isoformat()
    return {**facts, "group": score.picture_sha256, "date": day, **_derived(score.counts)}


def _shipped_rows(scores: ScoreSet) -> list[dict[str, Any]]:
    rest = {"split": scores.split, "split_sha256": scores.split_sha256, "dtype": scores.dtype}
    rest |= {} if scores.engine == USUAL else {"engine": scores.engine}
    common = {name: getattr(scores, name) for name in _COMMON if name != "settings_sha256"}
    common["settings_sha256"] = settings_hash(
        scores.fingerprint, scores.grid, scores.threshold, rest
    )
    return [
        {
            **common,
            "id": None,
            "picture": picture.id,
            "group": picture.group or picture.id,
            "boundary_iou": picture.boundary_iou,
            "date": scores.date,
            **_derived(picture.counts),
        }
        for picture in scores.pictures
    ]


def summarise(scores: Iterable[ScoreSet | Score] | pd.DataFrame) -> pd.DataFrame:
    """The Dice table: one row per model, domain, set and grid.

    Only scores with equal weights, threshold and settings are averaged; others get a row of their
    own. Takes scores, or (part of) a ``per_picture`` frame.

    Returns:
        model, domain, set, n (pictures), clusters, dice (mean over pictures), low and high (its
        95 % interval by cluster; missing below five), iou (mean), pooled_dice (of all pixels
        together), boundary_iou (mean; missing unless every picture has one), grid, threshold,
        date (the latest), weights_sha256, settings_sha256; sorted by domain, set, grid, model.
    """
    frame = scores if isinstance(scores, pd.DataFrame) else per_picture(scores)
    rows = [
        dict(zip(_COMMON, key, strict=True)) | _row(part)
        for key, part in frame.groupby(_COMMON, sort=False)
    ]
    table = pd.DataFrame(rows, columns=_SUMMARY).astype(_TYPES)
    order = ["domain", "set", "grid", "model", "date", "settings_sha256"]
    return table.sort_values(order, kind="stable", ignore_index=True)


def _row(part: pd.DataFrame) -> dict[str, Any]:
    """The numbers of one row from the pictures that belong to it."""
    interval = mean_interval(part["dice"].to_numpy(), clusters=part["group"].tolist())
    low, high = ends(interval)
    pooled = Counts(*(int(part[name].sum()) for name in _COUNTS))
    return {
        "n": len(part),
        "clusters": part["group"].nunique(),
        "dice": part["dice"].mean(),
        "low": low,
        "high": high,
        "iou": part["iou"].mean(),
        "pooled_dice": pooled.dice,
        "boundary_iou": part["boundary_iou"].mean(skipna=False),
        "date": part["date"].max(),
    }


def interval_of(row: Any) -> Interval | None:
    """The interval of a mean in a row of ``summarise``; None where there is none or it is empty."""
    return Interval(row.low, row.high) if row.low < row.high else None


def leading(rows: pd.DataFrame, value: str = "dice", low: str = "low") -> pd.Index:
    """The rows with the best mean, and with any mean that the best one's interval holds.

    Which of these is the best is not known. Without an interval it is the best mean alone.

    Args:
        rows: models on the same pictures.  value, low: the columns of the mean and of the lower
            end of its interval; rows without a mean are left out.
    """
    known = rows.dropna(subset=[value])
    if known.empty:
        return known.index
    best = known.loc[known[value].idxmax()]
    least = best[value] if pd.isna(best[low]) else min(best[low], best[value])
    return known.index[known[value] >= least]


# A spreadsheet runs a cell as a formula if it begins with one of these characters or their
# full-width forms. If a program uses ; or | as separator, or reads quotes differently, cells may
# begin at more places.
_RUNS = re.compile(r"""(^|[;,|"'])(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])""")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _harmless(cell: Any) -> Any:
    """Text that no spreadsheet runs as a formula. Numbers, dates and missing values stay."""
    if isinstance(cell, Number | date) or cell is None or cell is pd.NA:
        return cell
    text = str(cell).encode("utf-8", "replace").decode()
    return _RUNS.sub(r"\1'\2", _CONTROL.sub(" ", text))


def to_csv(frame: pd.DataFrame) -> bytes:
    """A frame as CSV for people: UTF-8 with byte order mark, CRLF, no index.

    The mark makes Excel read names outside ASCII correctly; pandas and LibreOffice skip it.
    Text that a spreadsheet would run gets an apostrophe in front, control characters (tab and
    line break) become spaces; numbers keep all their digits and their sign.
    """
    safe = frame.reset_index(drop=True)
    for place, (_, column) in enumerate(frame.items()):
        # Numeric columns contain no text; as objects, their missing values would become floats.
        if not (is_numeric_dtype(column.dtype) or is_datetime64_any_dtype(column.dtype)):
            cells = pd.Series([_harmless(cell) for cell in column], dtype=object)
            safe.isetitem(place, cells)
    safe.columns = [_harmless(name) for name in frame.columns]
    return safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")
