"""What all sessions of one server share: predictor, store, results; cached once per process."""

from collections.abc import Mapping, Sequence

import streamlit as st
from sqlalchemy import Engine

from carseg import results
from carseg.core import settings
from carseg.core.store import ByteLru
from carseg.inference.predictor import Predictor
from carseg.models import checkpoint
from carseg.models.checkpoint import Config, Shelf
from carseg.results import Score
from carseg.service.workshop import Workshop

STORE_BYTES = 640 * 2**20
"""A 24-megapixel photo takes 72 MiB decoded; a handful of them and their views fit."""


@st.cache_resource(show_spinner="Starting ...")
def predictor() -> Predictor:
    """The one Predictor of this process."""
    return Predictor()


@st.cache_resource(show_spinner=False)
def store() -> ByteLru:
    """The one memory for decoded pictures, predictions and views, bounded in bytes."""
    return ByteLru(STORE_BYTES)


@st.cache_resource(show_spinner=False)
def workshop() -> Workshop:
    """Predictor and store together."""
    return Workshop(predictor(), store())


def current_shelf() -> Shelf:
    """The checkpoints, looked up anew so that a folder dropped in appears."""
    return checkpoint.shelf()


def opening(known: Mapping[str, Config]) -> list[str]:
    """The models that a page starts with: those made for it, else the first two."""
    return [name for name, config in known.items() if config.opens] or list(known)[:2]


def no_models() -> None:
    """Say that nothing can be run here, and where the way out is told."""
    st.warning(
        "No usable model is in the weights folder. The Models page says how to get one.",
        icon=":material/deployed_code_alert:",
    )


def engine() -> Engine:
    """Where saved scores live. Raises ``results.ResultsError`` where that cannot be opened."""
    return _engine(settings.database_url())


def keep(scores: Sequence[Score]) -> str:
    """Save scores and say so; returns one sentence where that cannot be done, else nothing."""
    try:
        count = results.save_scores(engine(), scores)
    except results.ResultsError as error:
        return str(error)
    st.toast(
        f"{count} score{'' if count == 1 else 's'} saved. They stand in the Dice table under "
        "'Saved by you'.",
        icon=":material/check:",
    )
    return ""


@st.cache_resource(show_spinner=False)
def _engine(url: str) -> Engine:
    # Not st.connection: only open_engine migrates, and makes SQLite safe for several writers.
    return results.open_engine(url)
