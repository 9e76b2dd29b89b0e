"""The frames of the Dice table: turns scores into the rows, filters and choices of the pages."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st

from carseg.analysis.car_free import with_car
from carseg.analysis.frames import per_picture, summarise
from carseg.analysis.recipes import recipe_name, superseded
from carseg.analysis.ways import brought_models, same_way
from carseg.models.checkpoint import Config, shelf
from carseg.results import ScoreSet, shipped_scores
from carseg.results.saved import Score
from carseg.stats import FEWEST
from carseg.ui.shared.file_stamp import SCORE_FILES, stamp

DASH = "\u2013"

LINE = ["model", "weights_sha256", "domain", "set", "grid", "threshold", "settings_sha256"]
"""The columns that a row of the table and the pictures behind it have in common."""

WHY_NO_INTERVAL = (
    "The range of the mean if whole cars or scenes are resampled. A dash: there are fewer than "
    f"{FEWEST} pictures, or fewer than {FEWEST} different cars or scenes, which is too few to say."
)

SORTS = {
    "Studio, then street": ["domain", "set", "grid", "dice"],
    "Mean Dice, best first": ["dice"],
    "Model": ["title", "domain", "set", "grid"],
    "Newest first": ["date", "dice"],
}
"""The orders of the rows; scores and dates descend."""

_DEEPLAB = "DeepLabV3-MobileNetV2 (PASCAL VOC, 2.2 MB int8, class car)"
PUBLISHED_FIGURES = pd.DataFrame(
    [
        ("U-Net from scratch", "Carvana", "160x240", "Dice", 0.9974, "split unknown"),
        ("U-Net with VGG16", "Carvana", "160x240", "Dice", 0.9975, "split unknown"),
        ("Padded U-Net, augmentation", "Carvana", "256x256", "Dice", 0.9900, "split unknown"),
        ("Padded U-Net, augmentation", "Carvana", "256x256", "IoU", 0.9804, "split unknown"),
        ("Model not stated", "Carvana", "not stated", "mean IoU", 0.9809, "split unknown"),
        ("Dilated TransUNet", "Carvana", "256x256", "Dice", 0.984, "split unknown"),
        ("Top of the Kaggle board", "Carvana", "1918x1280", "Dice", 0.997, "about; hidden test"),
        (_DEEPLAB, "Carvana, 96 pictures", "513x513", "Dice", 0.971, "not the same pictures"),
        (_DEEPLAB, "intelecai", "513x513", "Dice", 0.972, "not the same pictures"),
    ],
    columns=["Model", "Pictures", "Grid", "Measure", "Value", "Note"],
)
"""Figures that others have published; they were not measured here."""


def with_words(table: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """A frame of ``summarise`` or ``per_picture`` with ``title``, and ``interval`` if it has means.

    A model that is not in ``titles``, because its folder is gone, keeps its name.
    """
    table = table.assign(title=[titles.get(name, name) for name in table["model"]])
    if "low" not in table:
        return table
    return table.assign(interval=range_words(table["low"], table["high"]))


def labels(titles: Mapping[str, str]) -> dict[str, str]:
    """Titles by model name, all different: with the seed's number, or with the name appended."""
    seed = {name: name.rpartition("-s")[2] for name in titles if recipe_name(name) != name}
    titles = {
        name: f"{title}, seed {seed[name]}" if name in seed else title
        for name, title in titles.items()
    }
    often = Counter(titles.values())
    return {
        name: title if often[title] == 1 else f"{title} ({name})" for name, title in titles.items()
    }


def in_order(names: Iterable[str], order: Iterable[str]) -> list[str]:
    """Names in this order; names that are not in ``order`` come last."""
    there = dict.fromkeys(names)
    return list(dict.fromkeys([*(name for name in order if name in there), *there]))


def range_words(low: pd.Series, high: pd.Series, digits: str = ".3f") -> list[str]:
    """Intervals in words, '0.9894 to 0.9908'; a dash if there is none."""
    ends = zip(low, high, strict=True)
    return [DASH if pd.isna(a) else f"{a:{digits}} to {b:{digits}}" for a, b in ends]


def distinct_values(table: pd.DataFrame, column: str) -> list[str]:
    """The different values of a column in the order of their first row."""
    return [str(value) for value in table[column].unique()]


def pick(table: pd.DataFrame, wanted: Mapping[str, Iterable[str] | None]) -> pd.DataFrame:
    """The rows whose columns have one of the wanted values; an empty choice means all values."""
    for column, values in wanted.items():
        if values:
            table = table[table[column].astype(str).isin(set(values))]
    return table.reset_index(drop=True)


def ordered(table: pd.DataFrame, sort: str) -> pd.DataFrame:
    """The rows in one of the orders of ``SORTS``; studio comes before street."""

    def rank(column: pd.Series) -> pd.Series:
        return column.map({"studio": 0, "street": 1}) if column.name == "domain" else column

    columns = SORTS[sort]
    ascending = [name not in ("dice", "date") for name in columns]
    # A stable sort, so that equal rows keep their order.
    table = table.sort_values(columns, ascending=ascending, key=rank, kind="stable")
    return table.reset_index(drop=True)


def chosen_rows(state: Any, length: int) -> list[int]:
    """Row numbers of a dataframe's selection, by tick or by a click into a cell, in table order.

    Rows that a shorter table no longer has are left out, because a filter may change after a
    selection.
    """
    selection = (state or {}).get("selection", {})
    rows = set(selection.get("rows", [])) | {cell[0] for cell in selection.get("cells", [])}
    return sorted(row for row in rows if 0 <= row < length)


def pictures_of_rows(pictures: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """The pictures (``per_picture``) behind rows of the table, with a ``label`` for each row."""
    rows = lines.assign(label=lines["title"] + "<br>" + lines["set"] + " at " + lines["grid"])
    return rows[[*LINE, "label"]].merge(pictures, on=LINE)


def hardest(pictures: pd.DataFrame, number: int = 5) -> pd.DataFrame:
    """The pictures with the lowest Dice, worst first."""
    columns = ["picture", "title", "set", "grid", "dice", "precision", "recall"]
    return pictures.nsmallest(number, "dice")[columns].reset_index(drop=True)


def counts_table(pictures: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """The table for the download: counts per picture first, then the scores derived from them."""
    return export_rows(with_words(pictures, titles).drop(columns="label", errors="ignore"))


def export_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of single pictures with columns in the order of a file: names, counts, the rest."""
    first = ["model", "title", "domain", "set", "grid", "picture", "group", "tp", "fp", "fn", "tn"]
    hidden = {*first, "id", "settings_sha256"}
    return rows[[*first, *(name for name in rows.columns if name not in hidden)]]


def settings_words(settings: Mapping[str, Any]) -> str:
    """Saved settings for people: ``{'edges': {'refine': True, 'feather': 0}}`` is 'edges: refine'.

    Settings that are off, zero, empty or unset are left out.
    """
    words = []
    for key, value in settings.items():
        name = key.replace("_", " ")
        if isinstance(value, Mapping):
            inside = settings_words(value)
            words += [f"{name}: {inside}"] if inside else []
        elif value is True:
            words.append(name)
        elif value not in (None, False, 0, ""):
            words.append(f"{name} {value}")
    return ", ".join(words)


def saved_rows(scores: Iterable[Score], titles: Mapping[str, str]) -> pd.DataFrame:
    """One row per saved score, newest first; adds ``title``, ``settings``, ``time`` (UTC)."""
    scores = list(scores)[::-1]
    rows = with_words(per_picture(scores), titles)
    rows["settings"] = [settings_words(score.settings) for score in scores]
    rows["time"] = pd.to_datetime([score.saved_at for score in scores])
    return rows


def saved_summary(rows: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """``saved_rows`` averaged over rows with equal model, domain, set, grid and settings."""
    return with_settings(with_words(summarise(rows), titles), rows)


def with_settings(table: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """``table`` with the ``settings`` in words of the ``saved_rows`` that it averages."""
    words = dict(zip(rows["settings_sha256"], rows["settings"], strict=True))
    return table.assign(settings=[words[key] for key in table["settings_sha256"]])


class ShippedFrames(NamedTuple):
    """The shipped scores as frames.

    Attributes:
        pictures: ``per_picture``.
        table: ``summarise`` of the sets with cars, with split, device, dtype and command.
        problems: a sentence per broken file.
        apart: as ``table``, of networks that ran in another way than most: they are not compared.
    """

    pictures: pd.DataFrame
    table: pd.DataFrame
    problems: list[str]
    apart: pd.DataFrame


def compared(frames: ShippedFrames, known: Mapping[str, Config]) -> ShippedFrames:
    """The frames without the checkpoints that enter no comparison (``recipes.superseded``)."""
    apart = superseded(known)
    pictures, table = (part[~part["model"].isin(apart)] for part in frames[:2])
    return frames._replace(pictures=pictures, table=table)


def shipped_frames(root: Path) -> ShippedFrames:
    """The shipped scores under ``root``; they are read again only if a file has changed."""
    pictures, table, problems, apart = _measured(root, stamp(root, *SCORE_FILES))
    # Whoever changes a frame changes a copy: pandas copies on write.
    return ShippedFrames(pictures.copy(deep=False), table.copy(deep=False), list(problems), apart)


# A resource, not data: copying the rows takes longer than the page.
@st.cache_resource(show_spinner="Reading the scores ...", max_entries=2)
def _measured(root: Path, files: str) -> ShippedFrames:
    problems: list[str] = []
    sets, others = same_way(shipped_scores(root, problems), brought_models(shelf(root)))
    pictures = per_picture(sets)
    apart = [_means([one], per_picture([one])) for one in others]
    none = _means([], per_picture([]))
    return ShippedFrames(
        pictures, _means(sets, pictures), problems, pd.concat(apart) if apart else none
    )


def _means(sets: Sequence[ScoreSet], pictures: pd.DataFrame) -> pd.DataFrame:
    """The averages of sets, with how each was measured."""
    place, how = ["model", "set", "grid"], ["split", "engine", "device", "dtype", "command"]
    facts = pd.DataFrame(
        [[getattr(item, name) for name in (*place, *how)] for item in sets], columns=[*place, *how]
    )
    return summarise(with_car(pictures)).merge(facts, on=place)
