"""Settings from the environment: the folders that carseg uses, and a few switches."""

import os
from pathlib import Path

from sqlalchemy import URL

ROOT = Path(__file__).resolve().parents[2]


def home() -> Path:
    """``$CARSEG_HOME`` (default ``./.carseg``): the folder for what a user saves.

    It may not exist yet: code that writes into it creates it first.
    """
    return Path(os.environ.get("CARSEG_HOME", ".carseg"))


def database_url() -> str:
    """``$CARSEG_DATABASE``, or SQLite in ``home()``."""
    file = str(home().resolve() / "results.sqlite")
    # A path may hold characters that have a meaning in a URL.
    own = URL.create("sqlite", database=file).render_as_string(hide_password=False)
    return os.environ.get("CARSEG_DATABASE") or own


def weights_dir() -> Path:
    """``$CARSEG_WEIGHTS``, or the shipped ``weights``."""
    return Path(os.environ.get("CARSEG_WEIGHTS", ROOT / "weights"))


def samples_dir() -> Path:
    """The shipped sample pictures."""
    return ROOT / "sample_images"


def url_input_allowed() -> bool:
    """False where ``$CARSEG_URL_INPUT`` is ``off``: then nothing is fetched from anywhere."""
    return os.environ.get("CARSEG_URL_INPUT", "on").lower() not in {"off", "0", "false", "no"}


def data_root() -> Path | None:
    """``$CARSEG_DATA_ROOT``: the one folder whose data sets the app may show; None, the default,
    shows none."""
    place = os.environ.get("CARSEG_DATA_ROOT")
    return Path(place) if place else None
