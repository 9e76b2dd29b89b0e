"""Where things are: the few places and switches that the environment sets."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def home() -> Path:
    """``$CARSEG_HOME`` (default ``./.carseg``): what a user saves; made if missing."""
    folder = Path(os.environ.get("CARSEG_HOME", ".carseg"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def database_url() -> str:
    """``$CARSEG_DATABASE``, or SQLite in ``home()``."""
    return os.environ.get("CARSEG_DATABASE") or f"sqlite:///{home().resolve() / 'results.sqlite'}"


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
