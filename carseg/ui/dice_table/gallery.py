"""Where does it fail? The worst pictures of a model, or the largest gaps between two models."""

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd
import streamlit as st

from carseg.analysis import boards
from carseg.analysis.failures import NO_ERROR, Case, error, widest, worst
from carseg.analysis.numbers import percent
from carseg.measures.overlap import Counts
from carseg.ui.dice_table.gallery_choice import GalleryChoice, choose_gallery
from carseg.ui.dice_table.gallery_pictures import (
    PictureSource,
    how_to_get_pictures,
    source,
    thumbnail_button,
)
from carseg.ui.shared import cached, sentences
from carseg.ui.shared.charts import FOUND_COLOUR, LOST_COLOUR, TAKEN_COLOUR
from carseg.ui.shared.legend import legend_squares
from carseg.ui.shared.markdown import plain, shown
from carseg.ui.shared.table_columns import csv_button

FILLS = {
    "car found": FOUND_COLOUR,
    "car lost": f"repeating-linear-gradient(45deg,{LOST_COLOUR} 0 4px,#ffffffb0 4px 7px)",
    "background taken": f"repeating-linear-gradient(90deg,{TAKEN_COLOUR} 0 5px,#ffffffb0 5px 7px)",
}
"""Name to CSS background. The parts differ in pattern as well as in colour."""
ACROSS = 3
_SHOWN = 0.0005
"""Smaller shares are not shown, because they would read as 0.0 %."""


def bar(counts: Counts, title: str) -> str:
    """The bar of one model; its length stands for all pixels that are car in truth or mask."""
    numbers = dict(zip(FILLS, (counts.tp, counts.fn, counts.fp), strict=True))
    whole = max(1, sum(numbers.values()))
    said = ", ".join(f"{name} {100 * number / whole:.1f} %" for name, number in numbers.items())
    parts = "".join(
        f'<div style="width:{100 * number / whole:.2f}%;background:{FILLS[name]}"></div>'
        for name, number in numbers.items()
    )
    return (
        f'<div role="img" aria-label="{escape(title)}: {said}" style="display:flex;height:12px;'
        f'border-radius:4px;overflow:hidden">{parts}</div>'
    )


def _legend() -> str:
    """Explains the parts of a bar."""
    return legend_squares((fill, name) for name, fill in FILLS.items())


def panel(pictures: pd.DataFrame, titles: Mapping[str, str]) -> None:
    """The choice, a summary of the pictures, and a card for each."""
    sets = boards.benchmarks(pictures)
    if not sets:
        st.info(
            "No model here has scores on pictures with cars. `carseg evaluate --data DIR "
            "--set street-photo --save` measures them.",
            icon=":material/image_search:",
        )
        return
    chosen = choose_gallery(sets, titles)
    if chosen is None:
        return
    a, *others = chosen.models
    cases = (
        widest(pictures, chosen.benchmark, a, others[0], chosen.number)
        if others
        else worst(pictures, chosen.benchmark, a, chosen.number)
    )
    if not cases:
        st.info("The two have no picture of this set in common.", icon=":material/image_search:")
        return
    st.markdown(_common_facts(cases, chosen, titles))
    st.html(_legend())
    found = source(chosen.benchmark, list(cached.cached_board(chosen.benchmark).dice.index))
    for start in range(0, len(cases), ACROSS):
        row = st.columns(ACROSS)
        for number, case in enumerate(cases[start : start + ACROSS]):
            with row[number], st.container(border=True, height="stretch"):
                _card(case, chosen, titles, found, f"fail-{start + number}")
    csv_button(
        "These pictures (CSV)",
        lambda: listed(cases, titles),
        f"carseg-failures-{chosen.benchmark.set}-{chosen.benchmark.grid}.csv",
        key="csv-failures",
    )
    if not found.pairs:
        how_to_get_pictures(chosen.benchmark)


def _common_facts(cases: Sequence[Case], chosen: GalleryChoice, titles: Mapping[str, str]) -> str:
    """A summary of the pictures: wins, errors, flags; Markdown."""
    groups = len({case.group for case in cases})
    seen = sentences.evidence(len(cases), groups, chosen.benchmark)
    parts = []
    if len(chosen.models) == 2:
        a, b = chosen.models
        ahead = sum(case.counts[a].dice > case.counts[b].dice for case in cases)
        behind = sum(case.counts[a].dice < case.counts[b].dice for case in cases)
        name_a, name_b = (plain(titles.get(name, name)) for name in chosen.models)
        parts.append(f"{name_a} is better on {ahead}, {name_b} on {behind}")
    for model in chosen.models:
        kinds = Counter(error(case.counts[model]) for case in cases)
        said = ", ".join(f"{kind} on {number}" for kind, number in kinds.most_common())
        parts.append(f"**{plain(titles.get(model, model))}** {said}")
    flagged = sum(case.flagged for case in cases)
    parts.append(f"the audit flagged {flagged or 'none'} of them")
    return f"{seen}: {'; '.join(parts)}."


def _card(
    case: Case, chosen: GalleryChoice, titles: Mapping[str, str], found: PictureSource, key: str
) -> None:
    """One picture: a thumbnail if the file is available, then the result of each model."""
    if pair := found.pairs.get(case.picture):
        thumbnail_button(found, pair, key, chosen.models)
    st.markdown(f"**{plain(case.picture)}**")
    if case.flags:
        colour = "orange" if case.flagged else "grey"
        st.markdown(" ".join(f":{colour}-badge[{flag}]" for flag in case.flags))
    if case.finding and case.flagged:
        st.caption(shown(case.finding.note))
    if len(chosen.models) == 2:
        a, b = (case.counts[model].dice for model in chosen.models)
        st.caption(f"A less B: {a - b:+.4f}")
    for model in chosen.models:
        outcome(case.counts[model], titles.get(model, model))
    best, dice = case.best
    if best not in chosen.models:
        st.caption(f"Best here: {plain(titles.get(best, best))}, Dice {dice:.3f}")


def outcome(counts: Counts, title: str) -> None:
    """The result of one model on a picture: bar, Dice, errors."""
    st.html(bar(counts, title))
    st.markdown(f"{plain(title)}: Dice **{counts.dice:.3f}**")
    st.caption(how_wrong(counts))


def how_wrong(counts: Counts) -> str:
    """'Took background for car (36.0 % of the car's size); precision 0.7312, recall 0.9901'."""
    kind, car = error(counts), counts.tp + counts.fn
    sizes = [
        f"{percent(number / car)} of the car's size {what}"
        for number, what in ((counts.fp, "too much"), (counts.fn, "lost"))
        if car and number >= _SHOWN * car
    ]
    more = f" ({', '.join(sizes)})" if sizes and kind != NO_ERROR else ""
    return (
        f"{kind[:1].upper()}{kind[1:]}{more}; precision {counts.precision:.3f}, recall "
        f"{counts.recall:.3f}"
    )


def listed(cases: Sequence[Case], titles: Mapping[str, str]) -> pd.DataFrame:
    """A row per picture and model: counts, scores, errors, the audit's finding."""
    return pd.DataFrame(
        {
            "picture": case.picture,
            "group": case.group,
            "model": model,
            "title": titles.get(model, model),
            **{name: getattr(counts, name) for name in ("tp", "fp", "fn", "tn")},
            **{name: getattr(counts, name) for name in ("dice", "precision", "recall")},
            "error": error(counts),
            "audit": ", ".join(case.flags),
            "flagged": case.flagged,
        }
        for case in cases
        for model, counts in case.counts.items()
    )
