"""PyTorch, imported when a network is first needed: it takes seconds, and may not work here."""

import threading
from importlib import import_module

from carseg.models.checkpoint import CheckpointError

LIBRARIES = ("torch", "segmentation_models_pytorch")
"""What networks are made of."""
_TURN = threading.Lock()
_failure: list[str] = []


class PyTorchError(CheckpointError):
    """PyTorch cannot be loaded, so no network can be used; the message says what to do."""


def need_pytorch() -> None:
    """Import PyTorch and the library that networks are built with, in whichever thread comes first.

    Raises:
        PyTorchError: they cannot be imported. Later calls raise the same, because a second import
            of what broke half-way says something else.
    """
    with _TURN:
        if not _failure:
            try:
                for library in LIBRARIES:
                    import_module(library)
            except Exception as error:  # a broken library may raise anything
                _failure.append(f"{type(error).__name__}: {error}".splitlines()[0][:200])
        if _failure:
            raise PyTorchError(
                f"PyTorch cannot be loaded here ({_failure[0]}), and the networks need it. Install "
                "it again: `pip install --force-reinstall -r requirements.txt`. Then start anew."
            )
