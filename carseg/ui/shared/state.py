"""Objects that all sessions of a server share: predictor, store, results; one per process.

The first page needs no database, so that is imported when it is asked for.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from carseg.core import settings
from carseg.core.store import ByteLru, Shared
from carseg.imaging import apart
from carseg.inference.engines.engine import AUTO, ENGINES
from carseg.inference.predictor import Predictor
from carseg.models import checkpoint
from carseg.models.checkpoint import Config, Shelf
from carseg.service.workshop import ENGINE_FREE, Workshop
from carseg.ui.shared.streamlit_internals import has_visitor

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from carseg.results import Score

STORE_BYTES = 640 * 2**20
"""The store's size. A decoded 24-megapixel photo takes 72 MiB, so several photos with views fit."""


ENGINE = "engine"
"""The key of the choice of an engine, in the sidebar."""


def chosen_engine() -> str:
    """The engine that this visitor chose, if it is here; ``auto`` in threads without a visitor."""
    if not has_visitor():
        return AUTO
    chosen = str(st.session_state.get(ENGINE, AUTO))
    return chosen if chosen in ENGINES and not ENGINES[chosen].missing else AUTO


def predictor() -> Predictor:
    """The Predictor of this process, for the weights folder of its settings and the engine."""
    return _predictor(settings.weights_dir()).using(chosen_engine())


@lru_cache(maxsize=1)  # not Streamlit's cache: threads without a visitor ask too
def _predictor(root: Path) -> Predictor:
    return Predictor(root=root)


@st.cache_resource(show_spinner=False)
def store() -> ByteLru:
    """The store for decoded pictures, predictions and views, bounded in bytes."""
    return ByteLru(STORE_BYTES)


def workshop() -> Workshop:
    """``predictor()`` and ``store()`` together. From now on strangers' pictures are decoded apart.

    It looks into the same weights folder as ``current_shelf``, also after the setting has changed.
    """
    return _workshop(str(settings.weights_dir()), chosen_engine())


@st.cache_resource(show_spinner=False, max_entries=1 + len(ENGINES))
def _workshop(root: str, engine: str) -> Workshop:
    apart.begin()
    chosen = _predictor(Path(root)).using(engine)
    return Workshop(chosen, store() if engine == AUTO else Shared(store(), engine, ENGINE_FREE))


def current_shelf() -> Shelf:
    """The checkpoints, looked up at every call, so that a new folder appears."""
    return checkpoint.shelf()


def opening(known: Mapping[str, Config]) -> list[str]:
    """The models that a page starts with: those marked with ``opens``, else the first two."""
    return [name for name, config in known.items() if config.opens] or list(known)[:2]


def no_models() -> None:
    """Say that no model can be run, and which page explains how to get one."""
    st.warning(
        "No usable model is in the weights folder. The Models page says how to get one.",
        icon=":material/deployed_code_alert:",
    )


def engine() -> "Engine":
    """The database of saved scores. Raises ``results.ResultsError`` if it cannot be opened."""
    return _engine(settings.database_url())


def keep(scores: Sequence["Score"]) -> str:
    """Save scores and say so; returns one sentence if that fails, else ''."""
    from carseg import results

    try:
        count = results.save_scores(engine(), scores)
    except results.ResultsError as error:
        return str(error)
    st.toast(
        f"{count} score{'' if count == 1 else 's'} saved. They are in the Dice table under "
        "'Saved by you'.",
        icon=":material/check:",
    )
    return ""


@st.cache_resource(show_spinner=False)
def _engine(url: str) -> "Engine":
    from carseg import results

    # Not st.connection, because only open_engine migrates the schema and makes SQLite safe for
    # several writers.
    return results.open_engine(url)
