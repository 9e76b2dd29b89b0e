"""Results arrive one by one: what is there is shown, and the rest is made meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from carseg.inference.predictor import fingerprint
from carseg.models.checkpoint import Config
from carseg.service.queue import Queue
from carseg.service.workshop import Ask, Photo
from carseg.ui.shared import state
from carseg.ui.shared.streamlit_internals import run_again, visitor_acts
from carseg.ui.shared.waiting import place_notice

_TICKS = 10
"""Tenths of a second after which the place in the line is told anew."""

_BEFORE = "queue-engine"


@dataclass(frozen=True)
class Arrivals:
    """The chosen models of a photo.

    Attributes:
        ready: predictions that are in the store.  pending: those that are being made; by model.
        problems: one sentence for each model that cannot be used.
    """

    ready: Mapping[str, Ask] = field(default_factory=dict)
    pending: Mapping[str, Ask] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def queue() -> Queue:
    """This session's queue; what still waits in it is dropped when the page closes.

    Another engine has another one, and what waited for the engine before is dropped.
    """
    engine = state.chosen_engine()
    if (before := st.session_state.get(_BEFORE, engine)) != engine:
        _queue(before).want(())
    st.session_state[_BEFORE] = engine
    return _queue(engine)


@st.cache_resource(scope="session", show_spinner=False, on_release=lambda queue: queue.want(()))
def _queue(engine: str) -> Queue:
    return Queue(state.workshop())


def arrived(photo: Photo, configs: Mapping[str, Config], detail: bool) -> Arrivals:
    """What is there; the missing ones are put into the queue, the model for use first."""
    asks = {name: Ask(photo, name, fingerprint(c), detail) for name, c in configs.items()}
    line = queue()
    line.want([asks[name] for name in sorted(asks, key=lambda name: configs[name].order)])
    ready, pending, problems = {}, {}, []
    for name, ask in asks.items():
        if problem := line.problem(ask):
            problems.append(problem)
        elif line.is_done(ask):
            ready[name] = ask
        else:
            pending[name] = ask
    return Arrivals(ready, pending, tuple(problems))


def want_nothing() -> None:
    """Drop what still waits: its photo was removed."""
    queue().want(())


def wait_for_next(arrivals: Arrivals, line: DeltaGenerator) -> None:
    """Wait until one more result is there, then draw the page again.

    Call it when everything else is drawn. It gives way to whatever the visitor does.

    Args:
        line: the place on the page that says how many results of others come first.
    """
    pending = list(arrivals.pending.values())
    tell, mine = place_notice(line.empty), queue()
    for tick in count():
        if not pending or visitor_acts():
            return
        if tick % _TICKS == 0:
            tell(mine.before)
        if mine.wait(pending, 0.1):
            run_again()
