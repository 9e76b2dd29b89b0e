"""The panel that says how far masks can be trusted where nobody knows the truth."""

import pandas as pd
import streamlit as st

from carseg.analysis.boards import STREET, WEB
from carseg.measures.stability import SHAKE, agreement, correlation
from carseg.ui.compare.stage import PhotoResults
from carseg.ui.shared import cached
from carseg.ui.shared.markdown import plain
from carseg.ui.shared.tables import DASH

MEANING = (
    "**Trust** is 1 where a mask holds still: it is the lower of two figures. *Threshold* compares "
    f"the masks at a threshold {SHAKE:g} lower and {SHAKE:g} higher, *mirrored* the mask with that "
    "of the mirrored photo; both are Dice. *Agreement* is the mean Dice with the masks of the "
    "other models shown. None of them knows what a car is: models can be sure and wrong together."
)


def panel(results: PhotoResults) -> None:
    """A switch, for it runs every network once more; then a line per model."""
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
                alt="How still the mask of each model holds, and how far the models agree.",
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
                "Model": results.configs[name].title,
                "Trust": held.figure,
                "Threshold": held.threshold,
                "Mirrored": held.mirror,
                "Agreement": together.get(name),
            }
        )
    return pd.DataFrame(rows).astype({"Agreement": "float64"})


def worth(model: str) -> str:
    """What the trust figure was worth on the labelled street pictures, as a sentence."""
    rows = pd.concat([cached.anatomies(place) for place in (STREET, WEB)])
    rows = rows[rows["model"] == model]
    found = correlation(rows["trust"], rows["dice"])
    if found is None:
        return "how its trust figure goes with its real Dice was not measured."
    rank, number = found
    return (
        f"on {number} labelled street pictures its trust figure and its real Dice went together "
        f"with a rank correlation of {rank:.2f} (1: always, 0: not at all)."
    )
