"""What takes seconds to load is loaded behind the first page: PyTorch, and the opening networks.

There is one thread for that, whatever the number of visitors. Whoever needs a network meanwhile
waits for the same import. What cannot be loaded is told to whoever needs it, not here.
"""

import threading
from contextlib import suppress
from importlib import import_module

from carseg.core import memory
from carseg.core.errors import CarsegError
from carseg.imaging import apart
from carseg.ui.shared import state

PATIENCE = 10.0
"""Seconds after the server's start within which a first page is waited for, so that it is drawn
without competition."""

_seen, _ready = threading.Event(), threading.Event()
_turn = threading.Lock()
_begun: list[threading.Thread] = []
_later: dict[str, None] = {}


def begin(patience: float = 0.0) -> None:
    """Begin to load, once a page stands or after ``patience`` seconds; at most once a process."""
    with _turn:
        if not _begun:
            _begun.append(threading.Thread(target=_load, args=(patience,), daemon=True))
            _begun[0].start()


def page_stands() -> None:
    """Note that a visitor sees a page: from now on the processor is free."""
    _seen.set()


def later(module: str) -> None:
    """Have a module imported after the networks, such as one that the first picture needs."""
    _later[module] = None


def device_is_known(seconds: float = 0.0) -> bool:
    """Whether the device is chosen, or turned out to be unknowable; waits for it so long."""
    return _ready.wait(seconds)


def _load(patience: float) -> None:
    _seen.wait(patience)
    if (decoders := apart.pool()) is not None:
        decoders.warm()
    predictor = state.predictor()
    with suppress(CarsegError):
        _ = predictor.device
    _ready.set()
    for name in state.opening(state.current_shelf().configs):
        with suppress(CarsegError, OSError):
            predictor.engine(name)
    for module in list(_later):
        import_module(module)
    memory.collect()
