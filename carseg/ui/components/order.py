"""Numbers a component's data by their age, so that the browser shows the newest (order.js)."""

import time
from typing import Any

import streamlit as st


def in_order(key: str, data: dict[str, Any]) -> dict[str, Any]:
    """The data with their ``turn``: microseconds since 1970 at which they first were these.

    Data that did not change keep their turn, so that the browser has nothing to do.

    Args:
        key: the component's.
    """
    held = f"turn-{key}"
    before, turn = st.session_state.get(held, (None, 0))
    if data != before:
        turn = max(turn + 1, time.time_ns() // 1000)
        st.session_state[held] = data, turn
    return {**data, "turn": turn}
