"""The models: a comparison, then a card per checkpoint."""

from typing import Any
from urllib.parse import quote

import pandas as pd
import streamlit as st

from carseg.core import settings
from carseg.models.checkpoint import Config, Shelf
from carseg.ui.shared import cards, charts, state, tables
from carseg.ui.shared.markdown import plain, shown
from carseg.ui.shared.streamlit_internals import restart_through_app
from carseg.ui.shared.table_columns import MODEL_WIDTH

DICE: dict[str, Any] = {"format": "%.4f", "width": 95}
# Pixels: all columns have room side by side on a laptop.
MEASURE = 105
_COLUMNS = {
    "Model": st.column_config.TextColumn(pinned=True, width=MODEL_WIDTH),
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


def _card(config: Config, title: str, scores: pd.DataFrame, *, apart: bool = False) -> None:
    """All facts about one checkpoint; with ``apart`` the card is under a heading of its group."""
    with st.container(border=True, key=f"card-{config.name}"):
        heading = st.subheader if apart else st.header
        heading(plain(title), anchor=config.name)
        st.markdown(shown(config.summary))
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
        log = cards.history(settings.weights_dir() / config.name)
        if log is not None:
            learning(config, log)


def learning(config: Config, log: pd.DataFrame) -> None:
    """The training curves, in a closed expander."""
    with st.expander("How it learned", icon=":material/show_chart:"):
        panels = charts.training_curves(log)
        for column, (title, figure) in zip(st.columns(len(panels)), panels.items(), strict=True):
            with column:
                st.markdown(f"**{title}**")
                st.plotly_chart(
                    figure,
                    alt=charts.training_curves_alt(log),
                    config=charts.QUIET,
                    key=f"curves-{config.name}-{title}",
                )


def headlines(config: Config, scores: pd.DataFrame) -> None:
    """Studio and street Dice as two big numbers, each with what it was measured on."""
    with st.container(horizontal=True, gap="small"):
        for domain in ("studio", "street"):
            value, measured_on = cards.score_text(cards.headline(scores, config.name, domain))
            with st.container(gap=None, width=230):
                st.metric(f"{domain.capitalize()} Dice", value)
                st.caption(measured_on)


def all_cards(shelf: Shelf) -> None:
    """The comparison, a card per checkpoint, then the cards of those without weights here."""
    measured = tables.shipped_frames(settings.weights_dir()).table
    # Baselines are rules, not models; they are in the Dice table.
    known = {k: c for k, c in shelf.known.items() if c.kind != "baseline"}
    titles = tables.labels({name: config.title for name, config in known.items()})
    st.dataframe(
        cards.comparison(known, titles, measured),
        height="content",
        hide_index=True,
        column_config=_COLUMNS,
        placeholder=tables.DASH,
        alt="The models side by side: scores, size and training.",
    )
    absent = [name for name in shelf.absent if name in known]
    controls = [name for name in shelf.controls if name in known]
    links = (
        f"[{plain(titles[name])}](#{quote(name, safe='')})"
        for name in (*shelf.configs, *absent, *controls)
    )
    st.caption("Go to " + " · ".join(links))
    for name in shelf.configs:
        _card(known[name], titles[name], measured)
    if absent:
        st.header("Not here", anchor="not-here")
        st.markdown("The scores of these are here, their weights are not. To fetch them:")
        st.code("\n".join(f"carseg pull {name}" for name in absent), language=None)
    for name in absent:
        _card(known[name], titles[name], measured, apart=True)
    if controls:
        st.header("Controls", anchor="controls")
        st.markdown(
            "These models were trained to be measured, not to be used: only their scores are kept. "
            "They show what pretraining, architecture and chance add."
        )
    for name in controls:
        _card(known[name], titles[name], measured, apart=True)
    st.caption(cards.LICENCE)


def page() -> None:
    """The whole page."""
    restart_through_app()
    shelf = state.current_shelf()
    st.title("Models")
    st.markdown("What each model is, what it learned from, how well it does, and where it fails.")
    if shelf.configs:
        all_cards(shelf)
    else:
        st.info(
            cards.how_to_get_models(settings.weights_dir().name), icon=":material/deployed_code:"
        )
    for name, problem in shelf.problems.items():
        with st.container(border=True, key=f"card-{name}"):
            st.header(plain(name), anchor=False)
            st.error(shown(problem), icon=":material/error:")


page()
