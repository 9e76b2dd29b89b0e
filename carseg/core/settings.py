"""Settings from the environment: the folders that carseg uses, and a few switches."""

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_SHIPPED = _PACKAGE / "shipped"
ROOT = _SHIPPED if _SHIPPED.is_dir() else _PACKAGE.parent
"""The folder of the app, the weights and the samples: a checkout, or their place in a wheel."""
UI = _PACKAGE / "ui"
"""The folder of the app's pictures and styles."""


def home() -> Path:
    """``$CARSEG_HOME`` (default ``./.carseg``): the folder for what a user saves.

    It may not exist yet: code that writes into it creates it first.
    """
    return Path(os.environ.get("CARSEG_HOME", ".carseg"))


def database_url() -> str:
    """``$CARSEG_DATABASE``, or SQLite in ``home()``."""
    from sqlalchemy import URL  # the help of the command line need not wait for it

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


def pull_source() -> str | None:
    """``$CARSEG_PULL_FROM``: where checkpoints are fetched from; ``{name}`` stands for theirs."""
    return os.environ.get("CARSEG_PULL_FROM") or None


def url_input_allowed() -> bool:
    """False where ``$CARSEG_URL_INPUT`` is ``off``: then nothing is fetched from anywhere."""
    return os.environ.get("CARSEG_URL_INPUT", "on").lower() not in {"off", "0", "false", "no"}


def data_root() -> Path | None:
    """``$CARSEG_DATA_ROOT``: the one folder whose data sets the app may show; None, the default,
    shows none."""
    place = os.environ.get("CARSEG_DATA_ROOT")
    return Path(place) if place else None


def allowed_hosts() -> list[str]:
    """``$CARSEG_ALLOWED_HOSTS``: the names that ``carseg serve`` answers to, with commas."""
    given = os.environ.get("CARSEG_ALLOWED_HOSTS", "")
    own = [name.strip() for name in given.split(",") if name.strip()]
    return own or ["localhost", "127.0.0.1", "[::1]", "::1"]


def token() -> str:
    """``$CARSEG_TOKEN``: what programs that use HTTP must send; '' for none."""
    return os.environ.get("CARSEG_TOKEN", "")
