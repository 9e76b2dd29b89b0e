"""Tells those who wait for their turn how many come first."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from carseg.core.gate import NETWORKS, PIXELS

ICON = ":material/hourglass_top:"


def place_words(before: int) -> str:
    """The place in the queue as a sentence."""
    who = "One other picture is" if before == 1 else f"{before} other pictures are"
    return f"{who} being worked on first. Yours follows by itself."


def place_notice(draw: Callable[[], Any] = st.empty) -> Callable[[int], None]:
    """A function that shows how many come first, and nothing for 0.

    Args:
        draw: makes the notice's slot. It is called when somebody waits, because an empty slot takes
            room too.
    """
    places: list[Any] = []

    def tell(before: int) -> None:
        if before and not places:
            places.append(draw())
        if before:
            places[0].info(place_words(before), icon=ICON)
        elif places:
            places[0].empty()

    return tell


@contextmanager
def showing_place() -> Iterator[None]:
    """While the page waits within the block, it shows its place in the queue."""
    with PIXELS.telling(place_notice()):
        yield


def tell_at_once() -> None:
    """Say how many others wait already, before anything of this visitor is begun."""
    place_notice()(PIXELS.waiting + NETWORKS.waiting)
