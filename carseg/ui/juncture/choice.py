"""The choices of the page: dial, pair, lead and models. All of them are in the share link."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from carseg.analysis.junctures import (
    RecipeCurve,
    comparable,
    default_stress_pair,
    recipe_curves,
)
from carseg.analysis.recipes import superseded
from carseg.analysis.stress import Pairing, versus
from carseg.analysis.ways import brought_models, same_way
from carseg.core import settings
from carseg.dials import DIALS, Dial
from carseg.models.checkpoint import Config, shelf
from carseg.results.stress import StressSet, shipped_stress
from carseg.stats.juncture import DELTA
from carseg.ui.juncture.figures import MOST_CURVES
from carseg.ui.juncture.sentences import dial_name
from carseg.ui.shared import tables
from carseg.ui.shared.choices import worded
from carseg.ui.shared.file_stamp import STRESS_FILES, stamp
from carseg.ui.shared.links import LINKED

_FIRST = "combined"


class StressResults(NamedTuple):
    """All usable stress results, a sentence per broken file, and what identifies the files."""

    sets: list[StressSet]
    problems: list[str]
    version: str

    @property
    def dials(self) -> set[str]:
        """The names of the dials with results."""
        return {scores.dial for scores in self.sets}


def stress_results() -> StressResults:
    """The shipped stress results."""
    root = settings.weights_dir()
    return _measured(root, stamp(root, *STRESS_FILES))


# A resource, not data: the rows are never changed, and copying them takes longer than the page.
@st.cache_resource(show_spinner="Reading the stress results ...", max_entries=2)
def _measured(root: Path, files: str) -> StressResults:
    problems: list[str] = []
    sets, _ = same_way(shipped_stress(root, problems), brought_models(shelf(root)))
    return StressResults(sets, problems, files)


@dataclass(frozen=True)
class Choice:
    """The choices of a visitor.

    Attributes:
        dial: in ``DIALS``.
        sets: recipes along it, each over all its runs, with equal settings, in the order of lists.
        others: models with other settings, which are left out.
        shown: the ``sets`` whose curves are shown, including the pair's.
        pairing: the chosen pair, or None.
        delta: the lead in mean Dice that matters.
        version: of the results (``StressResults``).
    """

    dial: Dial
    sets: list[RecipeCurve]
    others: list[str]
    shown: list[RecipeCurve]
    pairing: Pairing | None
    delta: float = DELTA
    version: str = ""

    def curve(self, model: str) -> RecipeCurve:
        """The curve of a model of ``sets``."""
        return next(one for one in self.sets if one.model == model)

    @property
    def models(self) -> list[str]:
        """The models of the shown curves. The pair comes first and gets the clearest marks."""
        pair = [self.pairing.a, self.pairing.b] if self.pairing else []
        return list(dict.fromkeys([*pair, *(scores.model for scores in self.shown)]))


def choose_curves(
    found: StressResults, known: Mapping[str, Config], titles: Mapping[str, str]
) -> Choice:
    """Draw the controls. ``known`` is in the order of lists; ``titles`` are not escaped."""
    dial = _dial(found.dials)
    apart = superseded(known)
    sets, others = comparable((s for s in found.sets if s.model not in apart), dial.name)
    by_name = {one.model: one for one in recipe_curves(sets)}
    names = tables.in_order(by_name, known)
    curves = [by_name[name] for name in names]
    if not names:
        return Choice(dial, curves, others, [], None)
    pairing, delta = _pair(found.version, by_name, names, known, titles)
    shown = _models(curves, pairing, titles)
    return Choice(dial, curves, others, shown, pairing, delta, found.version)


def dial_options(measured: Iterable[str]) -> list[str]:
    """All families together, each family, and each single effect with results."""
    families = [name for name in DIALS if "." not in name and name != _FIRST]
    return [_FIRST, *families, *(name for name in DIALS if "." in name and name in set(measured))]


def _dial(measured: set[str]) -> Dial:
    # The link contains the position in the list, so the list must not depend on results.
    words = {name: dial_name(DIALS[name]) for name in dial_options(measured)}
    first = next((place for place, name in enumerate(words) if name in measured), 0)
    here = ", ".join(text for name, text in words.items() if name in measured)
    name = st.selectbox(
        "Dial",
        list(words),
        first,
        format_func=worded(words),
        key="j-dial",
        help=f"Measured here: {here or 'none yet'}.",
        **LINKED,
    )
    return DIALS[name]


def _pair(
    version: str,
    sets: Mapping[str, RecipeCurve],
    names: Sequence[str],
    known: Mapping[str, Config],
    titles: Mapping[str, str],
) -> tuple[Pairing | None, float]:
    first = default_stress_pair(names, known)
    if first is None:
        st.info("One model alone has no juncture: measure another.", icon=":material/call_split:")
        return None, DELTA
    options = {"format_func": worded(titles), **LINKED}
    left, right, last = st.columns([3, 3, 2], gap="medium")
    a = left.selectbox("A", names, names.index(first[0]), key="j-a", **options)
    b = right.selectbox("against B", names, names.index(first[1]), key="j-b", **options)
    delta = last.slider(
        "A lead that matters",
        *(0.002, 0.1, DELTA, 0.002),
        key="j-delta",
        format="%.3f",
        help="In mean Dice. The juncture is where one gets ahead by so much, to stay.",
        **LINKED,
    )
    if a == b:
        st.info("A and B are the same model: choose another.", icon=":material/call_split:")
        return None, delta
    return paired(version, sets[a], sets[b], delta), delta


def paired(version: str, a: RecipeCurve, b: RecipeCurve, delta: float) -> Pairing:
    """``versus`` of two recipes, computed once per ``StressResults.version``."""
    return _paired(version, a.dial, a.model, b.model, delta, a, b)


@st.cache_resource(show_spinner=False, max_entries=64)
def _paired(
    version: str, dial: str, a: str, b: str, delta: float, _a: RecipeCurve, _b: RecipeCurve
) -> Pairing:
    return versus(_a, _b, delta)


def _models(
    sets: Sequence[RecipeCurve], pairing: Pairing | None, titles: Mapping[str, str]
) -> list[RecipeCurve]:
    pair = {pairing.a, pairing.b} if pairing else set()
    rest = [scores.model for scores in sets if scores.model not in pair]
    most = MOST_CURVES - len(pair)
    more = (
        st.multiselect(
            "More curves" if pair else "Curves",
            rest,
            default=rest[:most],
            format_func=worded(titles),
            key="j-models",
            max_selections=most,
            **LINKED,
        )
        if rest
        else []
    )
    return [scores for scores in sets if scores.model in {*pair, *more}]
