"""The answer in a sentence, the curves behind it, and downloads of both."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from carseg.analysis import recipes
from carseg.analysis.junctures import RecipeCurve, curve_table, effects_seen_by, run_by_run
from carseg.analysis.stress import Pairing
from carseg.dials import EFFECTS, Dial
from carseg.models.checkpoint import Config
from carseg.stats.bands import RESAMPLES, curve
from carseg.ui.components.svg_export import export_buttons
from carseg.ui.juncture import figures, sentences
from carseg.ui.juncture.choice import Choice
from carseg.ui.juncture.figures import Mark
from carseg.ui.juncture.sentences import dial_name
from carseg.ui.shared import charts
from carseg.ui.shared.markdown import code, plain
from carseg.ui.shared.sentences import isolation
from carseg.ui.shared.table_columns import csv_button

COMMAND = "carseg stress --data CARVANA --backgrounds BACKGROUNDS --save"
FIGURE = "juncture-figure"
TEXT = f"""\
**A dial** changes a studio picture step by step, from severity 0, the untouched picture, to 5.
Random draws (the wind, a passer-by) are the same at every severity: the same effect grows. The true
mask stays exact: it moves with the picture, loses what is hidden and gains a second car. On a
family's dial each picture gets one effect; on *Studio to street* it gets one of every family.

**Severities are chosen by eye.** Each effect has six strengths: 1 is hardly noticeable, and at 5 a
car is still seen at a glance. Severity 3 of fog is not as strong as severity 3 of noise: compare
models on one dial, not one dial with another.

**The juncture** of two models is the severity from which the mean Dice of one is ahead by at least
the lead that matters, and stays so up to the end. Between two measured severities the difference is
interpolated linearly. The interval of the juncture and the band of the curves come from
{RESAMPLES:,} resamples of whole cars; a resample without a juncture counts as one past the dial.

**Its limits.** Computed changes are not the street: pasted cars have no shadow and no reflection,
fog does not know distances, and all cars come from one studio. The part on the street tests whether
the order of the models on a dial is their order on photographs of the street.
"""


def nothing_yet(dial: str) -> None:
    """Says what to do if a dial has no results."""
    st.info(
        f"No model was measured on the {dial} dial yet. `{COMMAND}` measures every checkpoint on "
        "every family of dials and saves the results beside the weights. Below you can look at "
        "the dial's pictures now.",
        icon=":material/call_split:",
    )


def show_details(chosen: Choice, known: Mapping[str, Config], titles: Mapping[str, str]) -> None:
    """The juncture of the pair in numbers, how sure it is, and what the pair isolates."""
    pairing = chosen.pairing
    if pairing is None:
        return
    names = pairing.a, pairing.b
    a, b = (plain(titles.get(name, name)) for name in names)
    st.markdown(sentences.answer_sentence(pairing, a, b, sentences.dial_name(chosen.dial)))
    st.markdown(sentences.certainty(pairing, a, b))
    first, second = (chosen.curve(name) for name in names)
    each = _each(chosen.version, chosen.dial.name, *names, pairing.along.ahead.delta, first, second)
    runs = len(first.runs), len(second.runs)
    st.caption(sentences.runs_sentence(runs, each, a, b))
    if not set(names) <= set(known):
        st.caption("How one of the two was trained is not recorded: no cause can be named.")
        return
    differing = recipes.differences_of(*(known[name] for name in names))
    alone, text = isolation(differing, a, b)
    icon = "" if alone else ":material/call_split: "
    st.caption(icon + text)


@st.cache_resource(show_spinner=False, max_entries=16)
def _each(
    version: str, dial: str, a: str, b: str, delta: float, _a: RecipeCurve, _b: RecipeCurve
) -> list[Pairing]:
    return run_by_run(_a, _b, delta)


def show_curves(
    chosen: Choice,
    known: Mapping[str, Config],
    titles: Mapping[str, str],
    marks: Mapping[str, Mark],
) -> None:
    """The figure, what its models have seen in training, and the downloads."""
    dial = sentences.dial_name(chosen.dial)
    lines = [
        figures.ModelCurve(
            titles.get(scores.model, scores.model),
            sentences.exposed(chosen.dial, _met(scores.model, known)),
            scores.severities,
            curve(scores.dice, scores.groups),
            marks[scores.model],
        )
        for scores in chosen.shown
    ]
    figure = figures.along_dial(lines, dial, chosen.pairing, titles)
    with st.container(key=FIGURE):
        st.plotly_chart(
            figure,
            alt=figures.along_dial_alt(lines, dial, _plain_answer(chosen, titles)),
            config=charts.QUIET,
            key="juncture-chart",
        )
    st.caption(_reading(chosen))
    _seen(chosen, known, titles)
    _take_away(chosen, figure, _plain_answer(chosen, titles))


def _plain_answer(chosen: Choice, titles: Mapping[str, str]) -> str:
    if chosen.pairing is None:
        return ""
    a, b = (titles.get(name, name) for name in (chosen.pairing.a, chosen.pairing.b))
    return sentences.answer_sentence(
        chosen.pairing, a, b, sentences.dial_name(chosen.dial)
    ).replace("*", "")


def _reading(chosen: Choice) -> str:
    text = (
        "Bands hold at all severities at once (95 %, cars resampled). Hollow marks: the model's "
        "training has seen none of this dial's effects."
    )
    if chosen.pairing:
        text += (
            " Below, the lead of A over B; the dotted line is the lead that matters, the upright "
            "one the juncture, the grey band its 95 % interval."
        )
    if chosen.others:
        listed = ", ".join(code(name) for name in chosen.others)
        text += f" Left out, because measured on other pictures or with other settings: {listed}."
    return text


def _met(model: str, known: Mapping[str, Config]) -> frozenset[str] | None:
    return effects_seen_by(known[model]) if model in known else None


def _seen(chosen: Choice, known: Mapping[str, Config], titles: Mapping[str, str]) -> None:
    met = {
        plain(titles.get(scores.model, scores.model)): _met(scores.model, known)
        for scores in chosen.shown
    }
    st.caption(sentences.exposure_counts(chosen.dial, met))
    with st.popover("Which of its effects were seen in training?", icon=":material/visibility:"):
        st.markdown(sentences.exposure_lines(chosen.dial, met))
        st.caption(
            "Seen: some training views have a similar effect, even if weaker. A model that has "
            "seen it shows the gain from its training views; a model that has not seen it shows "
            "what carries over."
        )


def _take_away(chosen: Choice, figure: go.Figure, title: str) -> None:
    name = f"carseg-juncture-{chosen.dial.name}"
    with st.container(horizontal=True, vertical_alignment="center", key="juncture-export"):
        export_buttons(FIGURE, name)
        st.download_button(
            "Figure as HTML",
            lambda: titled(figure, title).to_html(include_plotlyjs=True).encode(),
            f"{name}.html",
            "text/html",
            key="figure-html",
            icon=":material/code:",
            on_click="ignore",
            help="One file that needs no network; points show their numbers.",
        )
        csv_button(
            "Curves (CSV)",
            lambda: curve_table(chosen.shown, chosen.pairing),
            f"{name}.csv",
            key="csv-curves",
            help="Means, bands and the difference at every severity.",
        )


def titled(figure: go.Figure, title: str) -> go.Figure:
    """A copy with the answer as its title, for use outside of the page."""
    shown = {"text": charts.escaped(title), "font": {"size": 15}, "yref": "container", "y": 0.98}
    alone = go.Figure(figure).update_layout(title=shown, margin_t=110)
    alone.update_xaxes(automargin=True)
    return alone.update_yaxes(automargin=True)


def explanation(dial: Dial) -> None:
    """The text, and the chosen dial's effects in their own words."""
    with st.expander("What are dials, severities and junctures?", icon=":material/help:"):
        st.markdown(TEXT)
        st.markdown(f"**{dial_name(dial)}.** {dial.summary}")
        rows = [{"Effect": EFFECTS[n].title, "At 5": EFFECTS[n].summary} for n in dial.effects]
        st.table(pd.DataFrame(rows), hide_index=True, alt="The effects of the chosen dial.")
