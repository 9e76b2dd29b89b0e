"""Does the dial predict the street? The order of the models on both."""

from collections.abc import Mapping

import streamlit as st

from carseg.analysis.boards import STREET
from carseg.analysis.stress import order_agreement, stress_means
from carseg.ui.juncture import sentences, street_words
from carseg.ui.juncture.choice import Choice
from carseg.ui.juncture.street_figure import orders, orders_alt
from carseg.ui.shared import cached, charts


def panel(chosen: Choice, titles: Mapping[str, str]) -> None:
    """Kendall's tau with its exact p and n, and a dot per model."""
    st.header("Does the dial predict the street?")
    stress = stress_means(chosen.sets, chosen.dial.name)
    street = {k: float(v) for k, v in cached.board(STREET).dice.mean().items()}
    found = order_agreement(stress, street)
    dial = sentences.dial_name(chosen.dial)
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.markdown(street_words.agreement(found, dial))
        if found is not None:
            st.caption(street_words.CARE)
    if set(stress) & set(street):
        with right:
            st.plotly_chart(
                orders(stress, street, titles, dial),
                alt=orders_alt(stress, street, titles),
                config=charts.QUIET,
                key="juncture-orders",
            )
