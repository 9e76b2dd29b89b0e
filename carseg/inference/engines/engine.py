"""What an engine is, and the list of them: libraries that run a checkpoint's network.

None of the libraries is imported before a network is loaded.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from carseg.models.checkpoint import CheckpointError

if TYPE_CHECKING:
    from carseg.inference.device import Device
    from carseg.models.checkpoint import Config

AUTO = "auto"


class EngineError(CheckpointError):
    """An engine that is not here, or cannot run a network; the message says what to do."""


@dataclass(frozen=True)
class Way:
    """How a network runs. Scores of different ways are neither averaged nor compared.

    Attributes:
        engine: its name in ENGINES.
        precision: of the arithmetic, such as ``bfloat16``.
        device: where, such as ``cpu``.
    """

    engine: str
    precision: str
    device: str


class Engine(Protocol):
    """One checkpoint's network, loaded and ready: pictures in, logits out."""

    @property
    def way(self) -> Way:
        """How it runs."""

    @property
    def config(self) -> "Config":
        """The checkpoint's facts."""

    def logits(self, batch: np.ndarray) -> np.ndarray:
        """uint8 RGB (N, H, W, 3) on the network's grid to float32 logits (N, classes, H, W).

        An engine may give the car's alone, (N, 1, H, W), and a brought graph on a coarser grid.

        It normalises and pads as the config says. Threads may call it; passes take turns.
        """


class Load(Protocol):
    """Makes the engine of a checkpoint: every class of an engine has one as ``load``."""

    def __call__(self, model: str, root: Path | None, device: "Device") -> Engine:
        """Raises ``CheckpointError`` if the model cannot be used, or not by this engine."""


@dataclass(frozen=True)
class EngineKind:
    """One of the libraries.

    Attributes:
        title: what a visitor reads.
        home: where its class is, as ``package.module:Name``.
        precisions: that a user may ask for.
        needs: the packages that it imports.
        extra: of carseg's own package, which installs them; '' for what is always there.
    """

    title: str
    home: str
    precisions: tuple[str, ...]
    needs: tuple[str, ...] = ()
    extra: str = ""

    @property
    def missing(self) -> str:
        """What to do to have it, one sentence; '' if it is here."""
        absent = [name for name in self.needs if find_spec(name) is None]
        if not absent:
            return ""
        return f"{self.title} is not here: run pip install 'carseg[{self.extra}]'."

    @property
    def load(self) -> Load:
        """Loads a checkpoint. Raises ``EngineError`` if the library is not here."""
        if self.missing:
            raise EngineError(self.missing)
        made: Load = resolve_name(self.home).load
        return made


ENGINES: dict[str, EngineKind] = {
    "torch": EngineKind(
        "PyTorch",
        "carseg.inference.engines.torch:TorchEngine",
        ("bfloat16", "float32", "float16"),
    ),
    "onnx": EngineKind(
        "ONNX Runtime",
        "carseg.inference.engines.onnx:OnnxEngine",
        ("float32", "float16", "int8"),
        ("onnxruntime", "onnx", "onnxscript"),
        "onnx",
    ),
    "openvino": EngineKind(
        "OpenVINO",
        "carseg.inference.engines.openvino:OpenvinoEngine",
        ("bfloat16", "float32", "float16", "int8"),
        ("openvino", "onnx", "onnxscript"),
        "openvino",
    ),
}
"""By name; the first is the usual one."""
USUAL = next(iter(ENGINES))


_Made = TypeVar("_Made")


@cache
def _thread(device: str) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, f"networks-{device}")


def in_turn(device: str, work: Callable[[], _Made]) -> _Made:
    """Do a pass in the one thread in which all passes on a device take turns.

    PyTorch's own threads, and its memory for intermediate results, belong to the thread that calls
    it: with a thread for each visitor there would be one set for each of them.

    Args:
        work: the pass; it asks for no turn itself.
    """
    return _thread(device).submit(work).result()


def probabilities(logits: np.ndarray, config: "Config") -> np.ndarray:
    """Logits float32 (N, classes, H, W), or the car's (N, 1, H, W), to its probabilities, fp16."""
    one = logits.shape[1] == 1
    car = _sigmoid(logits[:, 0]) if one else _softmax(logits)[:, config.car or 0]
    return car.astype(np.float16)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    # exp never sees a positive number, so it cannot overflow.
    small: np.ndarray = np.exp(-np.abs(x))
    found: np.ndarray = np.where(x >= 0, 1, small) / (1 + small)
    return found


def _softmax(x: np.ndarray) -> np.ndarray:
    shifted: np.ndarray = np.exp(x - x.max(axis=1, keepdims=True))
    found: np.ndarray = shifted / shifted.sum(axis=1, keepdims=True)
    return found
