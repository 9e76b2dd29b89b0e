"""The shipped stress results, read once until a file changes."""

from pathlib import Path
from typing import NamedTuple

import streamlit as st

from carseg.core import settings
from carseg.results.stress import StressSet, shipped_stress
from carseg.ui.shared.file_stamp import STRESS, stamp


class Measured(NamedTuple):
    """All usable results along dials, and a sentence per broken file."""

    sets: list[StressSet]
    problems: list[str]

    @property
    def dials(self) -> set[str]:
        """The names of the dials that something was measured on."""
        return {scores.dial for scores in self.sets}


def measured() -> Measured:
    """The results beside the weights."""
    root = settings.weights_dir()
    return _measured(root, stamp(root, *STRESS))


# A resource, not data: it is never changed, and a copy of so many rows takes longer than the page.
@st.cache_resource(show_spinner="Reading the stress results ...", max_entries=2)
def _measured(root: Path, files: tuple) -> Measured:
    problems: list[str] = []
    return Measured(shipped_stress(root, problems), problems)
