"""Tells those who wait for their turn how many come first."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from carseg.core.gate import PIXELS


def place_words(before: int) -> str:
    """The place in the queue as a sentence."""
    who = "One other picture is" if before == 1 else f"{before} other pictures are"
    return f"{who} being worked on first. Yours follows by itself."


@contextmanager
def showing_place() -> Iterator[None]:
    """While the page waits within the block, it shows its place in the queue."""
    places: list[Any] = []  # drawn when somebody waits, because an empty one takes room too

    def tell(before: int) -> None:
        if not places:
            places.append(st.empty())
        if before:
            places[0].info(place_words(before), icon=":material/hourglass_top:")
        else:
            places[0].empty()

    with PIXELS.telling(tell):
        yield
