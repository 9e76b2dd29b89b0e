"""Pictures through networks for programs that ask, each answer with the facts that belong to it."""

import threading
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from carseg.compositing.alike import Alike
from carseg.compositing.edges import Edges
from carseg.compositing.overlays import disagreement_shares
from carseg.compositing.views import Look
from carseg.core.gate import NETWORKS, PIXELS
from carseg.imaging import codec
from carseg.imaging.net.fetch import fetch
from carseg.inference.device import choose_device
from carseg.inference.engines.engine import AUTO
from carseg.inference.prediction import LEAST_CAR, Prediction
from carseg.inference.predictor import Predictor
from carseg.models.checkpoint import default_model, shelf
from carseg.service.cutout import behind_the_car
from carseg.service.rendered import Rendered


class Segmenter:
    """Runs networks by any engine. Threads may share it; networks take turns with all others."""

    def __init__(self) -> None:
        self._predictors: dict[str, Predictor] = {}
        self._lock = threading.Lock()

    def predict(self, rgb: np.ndarray, model: str, engine: str = AUTO) -> Prediction:
        """One picture through one model.

        Args:
            rgb: uint8 (H, W, 3).
            model: a checkpoint's name; '' takes the default one.
            engine: ``auto``, or a name in ``carseg.inference.engines.engine.ENGINES``.

        Raises:
            CheckpointError: the model, or the engine, cannot be used.
        """
        with self._lock:
            if engine not in self._predictors:
                self._predictors[engine] = Predictor(choose_device(engine=engine))
        with NETWORKS.enter(1):
            return self._predictors[engine].predict(rgb, model or default_model())

    def result(
        self,
        rgb: np.ndarray,
        model: str = "",
        engine: str = AUTO,
        threshold: float | None = None,
        background: Any = None,
        *,
        frame: Alike | None = None,
        every_car: bool = False,
    ) -> tuple[Rendered, np.ndarray | None]:
        """The answer for one picture, and the picture that goes behind the car.

        Args:
            threshold: above 0, below 1; None: the model's own.
            background: as ``remove_background`` takes it.
            frame: of a cut-out or a new background; None: the whole photo.
            every_car: these show all cars, not the main one alone.

        Raises:
            CheckpointError, BackgroundError, PictureError: a part of the request cannot be used.
        """
        behind, own = behind_the_car(background)
        said = self.predict(rgb, model, engine)
        edges = Edges(threshold, cars=() if every_car else None)
        return Rendered(rgb, said, Look(edges, background=behind, frame=frame)), own


def picture(data: bytes, address: str) -> np.ndarray:
    """The pixels, uint8 (H, W, 3), of a file's bytes or of what is at an address.

    Raises:
        PictureError, FetchError: there is no picture.
    """
    return codec.decode(data or fetch(address.strip()))


def facts(result: Rendered) -> dict[str, Any]:
    """What is said of a result beside its pixels."""
    said, share = result.prediction, result.share
    threshold = result.look.edges.threshold
    return {
        "model": said.model,
        "weights_sha256": said.sha256,
        "size": list(said.size),
        "grid": list(said.grid),
        "threshold": said.threshold if threshold is None else threshold,
        "car_share": round(share, 6),
        "car_found": share >= LEAST_CAR,
        "cars": result.each_car,
        "device": said.device,
        "precision": said.dtype,
        "engine": said.engine,
        "seconds": {stage: round(seconds, 4) for stage, seconds in said.seconds.items()},
    }


def compared(results: Sequence[Rendered]) -> list[dict[str, Any]]:
    """How far each two of several results of one picture agree."""
    pairs = []
    for one, other in combinations(results, 2):
        shares = disagreement_shares(one.mask, other.mask)
        models = [one.prediction.model, other.prediction.model]
        pairs.append(
            {
                "models": models,
                "dice": round(shares.dice, 6),
                "different": round(shares.different, 6),
            }
        )
    return pairs


def rendered(
    result: Rendered, view: str, own: np.ndarray | None, format: str, quality: int
) -> bytes:
    """A view as a file, at the picture's own size.

    Raises:
        PictureError: the format cannot hold it.
    """
    height, width = result.prediction.size
    with PIXELS.enter(height * width):
        return codec.encode(result.view(view, own), format, quality)


def models() -> list[dict[str, Any]]:
    """What is said of each checkpoint that can be used here, the default one first."""
    configs = shelf().configs
    first = default_model() if configs else ""
    order = sorted(configs, key=lambda name: name != first)
    return [
        {
            "name": name,
            "title": configs[name].title,
            "summary": configs[name].summary,
            "kind": configs[name].kind,
            "parameters": configs[name].parameters,
            "sha256": configs[name].sha256,
            "limits": list(configs[name].limits),
            "default": name == first,
        }
        for name in order
    ]
