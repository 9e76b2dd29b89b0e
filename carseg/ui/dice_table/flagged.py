"""The switch that leaves out the pictures that the audit flagged, and the change it makes."""

from pathlib import Path

import pandas as pd
import streamlit as st

from carseg.analysis import studio_street
from carseg.analysis.boards import network_rows
from carseg.analysis.car_free import with_car
from carseg.analysis.failures import flagged, without_flagged
from carseg.analysis.frames import summarise
from carseg.core import settings
from carseg.models import checkpoint
from carseg.ui.shared import cached, tables
from carseg.ui.shared.file_stamp import SCORE_FILES, stamp
from carseg.ui.shared.links import LINKED
from carseg.ui.shared.markdown import code, shown
from carseg.ui.shared.tables import ShippedFrames

SWITCH = "without-flagged"
"""Key of the switch, and its name in the share link."""


def switch(pictures: pd.DataFrame) -> bool:
    """Draw the switch if any measured picture is flagged; returns whether to leave them out."""
    number = len(flagged(pictures))
    if not number:
        return False
    what = "picture" if number == 1 else f"{number} pictures"
    return st.toggle(
        f"Leave out the {what} that the audit flagged",
        key=SWITCH,
        help="A person looked at every street picture. A flagged picture shows another car that is "
        "missing in its true mask, or its true mask has a gross fault. A score on it says as much "
        "about the truth as about the model.",
        **LINKED,
    )


def without() -> ShippedFrames:
    """The shipped scores without the flagged pictures: means and intervals of the rest."""
    root = settings.weights_dir()
    return ShippedFrames(*_without(root, stamp(root, *SCORE_FILES)))


@st.cache_data(show_spinner="Leaving out the flagged pictures ...", max_entries=2)
def _without(root: Path, files: str) -> tuple[pd.DataFrame, pd.DataFrame, list[str], pd.DataFrame]:
    whole = tables.shipped_frames(root)
    kept = without_flagged(whole.pictures)
    place, how = ["model", "set", "grid"], ["split", "engine", "device", "dtype", "command"]
    facts = whole.table[[*place, *how]].drop_duplicates(place)
    return kept, summarise(with_car(kept)).merge(facts, on=place), whole.problems, whole.apart


def filtered_side_by_side(leave_out: bool) -> pd.DataFrame:
    """``studio_street.side_by_side`` of the shipped scores, with or without flagged pictures."""
    if not leave_out:
        return cached.cached_side_by_side()
    root = settings.weights_dir()
    return _side_by_side(root, stamp(root, *SCORE_FILES))


@st.cache_data(show_spinner="Comparing studio and street ...", max_entries=2)
def _side_by_side(root: Path, files: str) -> pd.DataFrame:
    known = checkpoint.shelf(root).known
    kept = tables.compared(ShippedFrames(*_without(root, files)), known)
    return studio_street.side_by_side(kept.pictures, kept.table, known)


def suffix(leave_out: bool) -> str:
    """The suffix for names of files without the flagged pictures, else ''."""
    return f"-{SWITCH}" if leave_out else ""


def caption(whole: ShippedFrames, kept: ShippedFrames) -> None:
    """Shows what was left out and why, and how much this changes the means."""
    lines = [
        f"{code(one.picture)} ({one.set}): {shown(one.note)}" for one in flagged(whole.pictures)
    ]
    text = "\n".join(f"- {line}" for line in lines)
    st.caption(f"Left out, as `carseg/data/splits/street-audit.csv` says:\n\n{text}")
    st.caption(largest_change(whole.table, kept.table))


def largest_change(whole: pd.DataFrame, kept: pd.DataFrame) -> str:
    """The largest change of a model's mean, as a sentence; two frames of ``summarise``."""
    place = ["model", "set", "grid"]
    both = whole.merge(kept, on=place, suffixes=("", "_kept"))
    both = network_rows(both[both["n"] != both["n_kept"]])
    if both.empty:
        return "No mean remains to compare."
    change = both["dice_kept"] - both["dice"]
    row = both.loc[change.abs().idxmax()]
    return (
        f"Without them no model's mean changes by more than {change.abs().max():.4f} "
        f"({code(row['model'])} on {row['set']}: {row['dice']:.3f} with, {row['dice_kept']:.3f} "
        "without)."
    )
