"""The panel that shows how far masks can be trusted without a known truth."""

import pandas as pd
import streamlit as st

from carseg.analysis.boards import STREET, WEB
from carseg.measures.stability import SHAKE, agreement, correlation
from carseg.ui.compare.results import PhotoResults
from carseg.ui.shared import cached
from carseg.ui.shared.markdown import plain
from carseg.ui.shared.tables import DASH

MEANING = (
    "**Trust** is 1 if a mask does not change. It is the lower of two figures: *threshold* "
    f"compares the masks at a threshold {SHAKE:g} lower and {SHAKE:g} higher, *mirrored* the "
    "mask with that of the mirrored photo; both are Dice. *Agreement* is the mean Dice with the "
    "masks of the other models shown. These figures do not know what a car is: models can be sure "
    "and wrong together."
)


def panel(results: PhotoResults) -> None:
    """A switch, because this runs every network once more; then a line per model."""
    with st.expander(
        "How far can these masks be trusted?",
        expanded=st.session_state.get("trust", False),
        icon=":material/balance:",
    ):
        wanted = st.toggle(
            "Shake the masks",
            key="trust",
            help="Runs every model again, on the mirrored photo.",
        )
        st.caption(MEANING)
        if wanted:
            st.dataframe(
                figures(results),
                hide_index=True,
                alt="How stable the mask of each model is, and how far the models agree.",
                column_config={"Model": st.column_config.TextColumn(pinned=True)}
                | {
                    name: st.column_config.NumberColumn(format="%.3f")
                    for name in ("Trust", "Threshold", "Mirrored", "Agreement")
                },
                placeholder=DASH,
            )
            for name, config in results.configs.items():
                st.caption(f"{plain(config.title)}: {worth(name)}")


def figures(results: PhotoResults) -> pd.DataFrame:
    """One row per model: trust, its two parts and the agreement, each in 0..1."""
    together = agreement({name: results.mask(name) for name in results.asks})
    rows = []
    for name, ask in results.asks.items():
        held = results.shop.trust(ask)
        rows.append(
            {
                "Model": results.title(name),
                "Trust": held.figure,
                "Threshold": held.threshold,
                "Mirrored": held.mirror,
                "Agreement": together.get(name),
            }
        )
    return pd.DataFrame(rows).astype({"Agreement": "float64"})


def worth(model: str) -> str:
    """How well the trust figure predicted Dice on the labelled street pictures, as a sentence."""
    rows = pd.concat([cached.anatomies(place) for place in (STREET, WEB)])
    rows = rows[rows["model"] == model]
    found = correlation(rows["trust"], rows["dice"])
    if found is None:
        return "how its trust figure relates to its real Dice was not measured."
    rank, number = found
    return (
        f"on {number} labelled street pictures the rank correlation of its trust figure and its "
        f"real Dice was {rank:.2f} (1: same order, 0: no relation)."
    )
