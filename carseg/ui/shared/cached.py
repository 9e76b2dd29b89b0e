"""Results from the shipped scores that take a moment; they are cached until a file changes."""

from pathlib import Path

import pandas as pd
import streamlit as st

from carseg.analysis import boards, studio_street
from carseg.analysis.boards import Benchmark, Board
from carseg.analysis.effects import Square, square
from carseg.analysis.error_profile import MEASURES, Link, joined, link
from carseg.analysis.failures import finding
from carseg.analysis.recipes import superseded
from carseg.core import settings
from carseg.models import checkpoint
from carseg.results import read_details
from carseg.stats import ends
from carseg.train.families import FAMILIES
from carseg.ui.shared import cards, tables
from carseg.ui.shared.file_stamp import DETAIL_FILES, SCORE_FILES, stamp
from carseg.ui.shared.tables import ShippedFrames

WITHINS = {
    "": "All pictures",
    "side views": "Side views only",
    "car size": "Within thirds of car size",
}
"""Ways to take the gap (``studio_street.gap``), in words."""

ALWAYS = ["model", "dice", "trust"]
"""Columns of ``anatomies`` that exist even if no model has details."""


def _files(kinds: tuple[str, ...] = SCORE_FILES) -> tuple[Path, str]:
    root = settings.weights_dir()
    return root, stamp(root, *kinds)


def _compared(root: Path) -> ShippedFrames:
    return tables.compared(tables.shipped_frames(root), checkpoint.shelf(root).known)


def cached_board(benchmark: Benchmark) -> Board:
    """All models' scores on one set and grid."""
    return boards.board(_compared(settings.weights_dir()).pictures, benchmark)


def cached_pairs(benchmark: Benchmark) -> pd.DataFrame:
    """All pairs of models on a set, adjusted together (``boards.all_pairs``)."""
    return _family(*_files(), (benchmark.set, benchmark.grid))


@st.cache_data(show_spinner="Comparing every pair of models ...", max_entries=24)
def _family(root: Path, files: str, benchmark: tuple[str, str]) -> pd.DataFrame:
    return boards.all_pairs(boards.board(_compared(root).pictures, Benchmark(*benchmark)))


def cached_side_by_side() -> pd.DataFrame:
    """``studio_street.side_by_side`` of all shipped scores."""
    return _side_by_side(*_files())


@st.cache_data(show_spinner="Comparing studio and street ...", max_entries=2)
def _side_by_side(root: Path, files: str) -> pd.DataFrame:
    scores = _compared(root)
    return studio_street.side_by_side(scores.pictures, scores.table, checkpoint.shelf(root).known)


def comparison() -> pd.DataFrame:
    """``cards.comparison`` of all checkpoints that are models, in the order of the shelf."""
    return _comparison(*_files((*SCORE_FILES, "*/model.safetensors")))


@st.cache_data(show_spinner="Reading the scores ...", max_entries=2)
def _comparison(root: Path, files: str) -> pd.DataFrame:
    known = {k: c for k, c in checkpoint.shelf(root).known.items() if c.kind != "baseline"}
    titles = tables.labels({name: config.title for name, config in known.items()})
    return cards.comparison(known, titles, tables.shipped_frames(root).table)


def gaps() -> pd.DataFrame:
    """The gap of every model in each way of ``WITHINS``.

    Columns: model, within, gap, low, high, and the numbers of studio and street pictures.
    """
    return _gaps(*_files())


@st.cache_data(show_spinner="Comparing studio and street ...", max_entries=2)
def _gaps(root: Path, files: str) -> pd.DataFrame:
    pictures = tables.shipped_frames(root).pictures
    rows = []
    for model in _side_by_side(root, files)["model"]:
        for within, words in WITHINS.items():
            if found := studio_street.gap(pictures, model, within):
                rows.append((model, words, found.difference, *ends(found.interval), *found.n))
    columns = ["model", "within", "gap", "low", "high", "n_studio", "n_street"]
    return pd.DataFrame(rows, columns=columns)


def cached_squares(benchmark: Benchmark) -> list[Square]:
    """The square of each of ``FAMILIES`` on a set."""
    return _squares(*_files(), (benchmark.set, benchmark.grid))


@st.cache_data(show_spinner="Comparing the corners ...", max_entries=24)
def _squares(root: Path, files: str, benchmark: tuple[str, str]) -> list[Square]:
    here = boards.board(_compared(root).pictures, Benchmark(*benchmark))
    return [square(here, one) for one in FAMILIES]


def cached_by_angle(benchmark: Benchmark, model: str) -> pd.DataFrame:
    """Mean Dice of a model at every Carvana angle (``studio_street.by_angle``)."""
    return _by_angle(*_files(), (benchmark.set, benchmark.grid), model)


@st.cache_data(show_spinner="Sorting by angle ...", max_entries=64)
def _by_angle(root: Path, files: str, benchmark: tuple[str, str], model: str) -> pd.DataFrame:
    pictures = tables.shipped_frames(root).pictures
    return studio_street.by_angle(pictures[pictures["model"] == model], Benchmark(*benchmark))


def baseline_model() -> str:
    """The checkpoint whose snapshots were scored; their path draws the baseline line. Or ''."""
    root = settings.weights_dir()
    apart = superseded(checkpoint.shelf(root).known)
    names = sorted(folder.parent.name for folder in root.glob(f"*/{studio_street.PATH}"))
    return next((name for name in names if name not in apart), "")


def cached_training_path() -> tuple[pd.DataFrame, list[str]]:
    """The training path of ``baseline_model`` and a sentence per broken file of it."""
    return _training_path(*_files(), baseline_model())


@st.cache_data(show_spinner=False, max_entries=2)
def _training_path(root: Path, files: str, model: str) -> tuple[pd.DataFrame, list[str]]:
    problems: list[str] = []
    return studio_street.training_path(root / model, problems), problems


def anatomies(benchmark: Benchmark) -> pd.DataFrame:
    """``error_profile.joined`` of every model with details on a set; ``model`` and ``flagged``."""
    return _anatomies(*_files(DETAIL_FILES), (benchmark.set, benchmark.grid))


@st.cache_data(show_spinner="Reading where masks are wrong ...", max_entries=12)
def _anatomies(root: Path, files: str, benchmark: tuple[str, str]) -> pd.DataFrame:
    here = boards.measured_at(tables.shipped_frames(root).pictures, Benchmark(*benchmark))
    found = []
    for model, scores in here.groupby("model"):
        rows = joined(read_details(root / model, "-".join(benchmark)), scores)
        if rows is not None and len(rows):
            flags = [
                bool(f and f.flagged) for f in (finding(p, benchmark[0]) for p in rows["picture"])
            ]
            found.append(rows.assign(model=model, flagged=flags))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=ALWAYS)


def links(benchmark: Benchmark, model: str) -> dict[str, Link | None]:
    """The correlation of each of ``MEASURES`` with Dice, from a model's ``anatomies``."""
    return _links(*_files(DETAIL_FILES), (benchmark.set, benchmark.grid), model)


@st.cache_data(show_spinner="Computing correlations with Dice ...", max_entries=64)
def _links(
    root: Path, files: str, benchmark: tuple[str, str], model: str
) -> dict[str, Link | None]:
    rows = _anatomies(root, files, benchmark)
    rows = rows[rows["model"] == model]
    return {name: link(rows[name], rows["dice"], rows["group"].tolist()) for name in MEASURES}
