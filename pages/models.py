"""The models: a comparison, then the card of the one that is chosen."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from carseg.analysis.shapes import SHAPES_FILE, chart, chart_alt, tried
from carseg.core import settings
from carseg.models.checkpoint import SPEED_FILE, Config, Shelf
from carseg.ui.shared import cached, cards, charts, speed_charts, state, tables
from carseg.ui.shared.choices import worded
from carseg.ui.shared.links import LINKED
from carseg.ui.shared.markdown import plain, shown
from carseg.ui.shared.streamlit_internals import restart_through_app
from carseg.ui.shared.table_columns import MODEL_WIDTH

DICE: dict[str, Any] = {"format": "%.3f", "width": 95}
# Pixels: all columns have room side by side on a laptop.
MEASURE = 105
# Keys of the table and of the choice of a card.
TABLE, CHOICE = "models-table", "card"
_COLUMNS = {
    "Model": st.column_config.TextColumn(width=MODEL_WIDTH),
    "Studio Dice": st.column_config.NumberColumn(
        help="Mean Dice on test cars from the studio that the model has not seen.", **DICE
    ),
    "Street Dice": st.column_config.NumberColumn(
        help="Mean Dice on photos from the street, where people take theirs.", **DICE
    ),
    "Parameters (M)": st.column_config.NumberColumn("Parameters", format="%.1f M", width=MEASURE),
    "Multiply-adds (G)": st.column_config.NumberColumn(
        "Multiply-adds",
        help="For one picture at 160x240: how much work a prediction is.",
        format="%.1f G",
        width=MEASURE,
    ),
    "File (MB)": st.column_config.NumberColumn("File", format="%.1f MB", width=MEASURE),
    "Pictures seen": st.column_config.NumberColumn(
        help="During training, repeats counted.", format="localized", width=MEASURE
    ),
}


def _card(config: Config, title: str, scores: pd.DataFrame, note: str = "") -> None:
    """All facts about one checkpoint; ``note`` is what keeps it from being used, in Markdown."""
    with st.container(border=True, key=f"card-{config.name}"):
        st.header(plain(title), anchor=config.name)
        st.markdown(shown(config.summary))
        if note:
            st.markdown(note)
        left, right = st.columns([5, 4], gap="large")
        with left:
            headlines(config, scores)
            if config.limits:
                st.markdown("**Known failures**")
                st.markdown("\n".join(f"- {shown(limit)}" for limit in config.limits))
        with right:
            st.table(
                cards.card_lines(config),
                border="horizontal",
                hide_header=True,
                alt=f"Facts of {title}.",
            )
        if (settings.weights_dir() / config.name / cards.HISTORY).is_file():
            learning(config)
        if (settings.weights_dir() / config.name / SPEED_FILE).is_file():
            cost(config)
        if (settings.weights_dir() / config.name / SHAPES_FILE).is_file():
            shape(config)


def learning(config: Config) -> None:
    """The training curves in an expander; they are drawn when it is opened."""
    place = st.expander(
        "How it learned",
        icon=":material/show_chart:",
        key=f"learned-{config.name}",
        on_change="rerun",
    )
    if not place.open:
        return
    log = cards.history(settings.weights_dir() / config.name)
    if log is None:
        place.caption(f"`{cards.HISTORY}` of this checkpoint cannot be read.")
        return
    panels = charts.training_curves(log)
    side_by_side(place, panels, charts.training_curves_alt(log), f"curves-{config.name}")


def side_by_side(
    place: DeltaGenerator, figures: Mapping[str, go.Figure], alt: str, key: str
) -> None:
    """Charts in columns, each under its title."""
    for column, (title, figure) in zip(place.columns(len(figures)), figures.items(), strict=True):
        with column:
            st.markdown(f"**{title}**")
            st.plotly_chart(figure, alt=alt, config=charts.QUIET, key=f"{key}-{title}")


def cost(config: Config) -> None:
    """Time over size and batch in an expander; the curves are drawn when it is opened."""
    place = st.expander(
        "How long it takes",
        icon=":material/timer:",
        key=f"cost-{config.name}",
        on_change="rerun",
    )
    if not place.open:
        return
    found = speed_charts.speed(settings.weights_dir() / config.name)
    if found is None:
        place.caption(f"`{SPEED_FILE}` of this checkpoint cannot be read.")
        return
    figures = speed_charts.curves(found)
    side_by_side(place, figures, speed_charts.curves_alt(found), f"cost-{config.name}")
    place.caption(shown(found.words))


def shape(config: Config) -> None:
    """The shapes that were tried before this one, in an expander; drawn when it is opened."""
    place = st.expander(
        "How its shape was chosen",
        icon=":material/scatter_plot:",
        key=f"shape-{config.name}",
        on_change="rerun",
    )
    if not place.open:
        return
    found = tried(settings.weights_dir() / config.name)
    if found is None:
        place.caption(f"`{SHAPES_FILE}` of this checkpoint cannot be read.")
        return
    place.plotly_chart(
        charts.tidy(chart(found.rows), 320, top=36),
        alt=chart_alt(found.rows),
        config=charts.QUIET,
        key=f"shape-{config.name}-chart",
    )
    place.caption(shown(found.words))


def headlines(config: Config, scores: pd.DataFrame) -> None:
    """Studio and street Dice as two big numbers, each with what it was measured on."""
    with st.container(horizontal=True, gap="small"):
        for domain in ("studio", "street"):
            value, measured_on = cards.score_text(cards.headline(scores, config.name, domain))
            with st.container(gap=None, width=230):
                st.metric(f"{domain.capitalize()} Dice", value)
                st.caption(measured_on)


def compared(names: list[str], rows: pd.DataFrame) -> None:
    """The models side by side; a click on a row opens its card."""

    def choose() -> None:
        for row in tables.chosen_rows(st.session_state[TABLE], len(names))[:1]:
            st.session_state[CHOICE] = names[row]

    st.dataframe(
        rows,
        height="content",
        hide_index=True,
        column_config=_COLUMNS,
        placeholder=tables.DASH,
        alt="The models side by side: scores, size and training.",
        key=TABLE,
        on_select=choose,
        selection_mode="single-cell",
    )


def missing(name: str, shelf: Shelf) -> str:
    """Why a checkpoint cannot be used here, and what to do, in Markdown; '' if it can."""
    if name in shelf.absent:
        return f"Its scores are here, its weights are not. To fetch them: `carseg pull {name}`."
    if name in shelf.controls:
        return (
            "**A control**: it was trained to be measured, not to be used, so only its scores are "
            "kept. Controls show what pretraining, architecture and chance add."
        )
    return ""


def overview(shelf: Shelf) -> None:
    """The comparison and the card of one checkpoint."""
    # Baselines are rules, not models; they are in the Dice table.
    known = {k: c for k, c in shelf.known.items() if c.kind != "baseline"}
    titles = tables.labels({name: config.title for name, config in known.items()})
    compared(list(known), cached.comparison())
    usable = [name for name in (*shelf.configs, *shelf.absent, *shelf.controls) if name in known]
    chosen = st.selectbox(
        "The card of",
        usable,
        format_func=worded(titles),
        key=CHOICE,
        help="A click on a row of the table opens its card too.",
        width=420,
        **LINKED,
    )
    measured = tables.shipped_frames(settings.weights_dir()).table
    _card(known[chosen], titles[chosen], measured, missing(chosen, shelf))
    st.caption(cards.LICENCE)


def page() -> None:
    """The whole page."""
    restart_through_app()
    shelf = state.current_shelf()
    st.title("Models")
    st.markdown("What each model is, what it learned from, how well it does, and where it fails.")
    if shelf.configs:
        overview(shelf)
    else:
        st.info(
            cards.how_to_get_models(settings.weights_dir().name), icon=":material/deployed_code:"
        )
    for name, problem in shelf.problems.items():
        with st.container(border=True, key=f"card-{name}"):
            st.header(plain(name), anchor=False)
            st.error(shown(problem), icon=":material/error:")


page()
