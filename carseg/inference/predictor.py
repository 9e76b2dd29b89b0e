"""Pictures in, Predictions out: all code outside of training runs networks through this module.

PyTorch is imported with the first network, so that who only makes a Predictor need not wait for it.
"""

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from carseg.core.provenance import Provenance
from carseg.imaging import codec
from carseg.imaging.grid import grid_for, resize_picture
from carseg.imaging.regions import Box
from carseg.inference.device import Device, choose_device
from carseg.inference.prediction import Detail, Prediction, detail_box
from carseg.models.checkpoint import CheckpointError, Config, shelf
from carseg.models.pytorch import need_pytorch

if TYPE_CHECKING:
    from torch import nn

Picture = Any
"""Whatever ``carseg.imaging.codec.decode`` takes: RGB uint8 array, PIL picture, bytes, path."""


def fingerprint(config: Config) -> str:
    """A hash of everything that a checkpoint's predictions depend on: weights and their use.

    Results of a network are stored under this hash, because its config may change while its weights
    stay the same.
    """
    c = config
    facts = [c.sha256, c.architecture, c.arguments, c.classes, c.area, c.mean, c.std, c.threshold]
    facts += [c.car] if c.classes > 1 else []
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def provenance(config: Config, device: Device) -> Provenance:
    """What a network's masks depend on, if it is used with this config on this device."""
    return Provenance(
        model=config.name,
        weights_sha256=config.sha256,
        fingerprint=fingerprint(config),
        threshold=config.threshold,
        dtype=device.dtype_name,
        device=device.kind,
    )


class Predictor:
    """Runs checkpoints on one device. Threads may share it; forward passes take turns.

    Attributes:
        area: pixels of the grid to use every network on; None: each on its config's.
    """

    def __init__(
        self,
        device: str | Device = "auto",
        root: Path | None = None,
        max_models: int = 8,
        area: int | None = None,
    ) -> None:
        if isinstance(device, Device):
            self.device = device
        elif device != "auto":
            self.device = choose_device(device)  # it may be absent: say so at once
        self.root, self.max_models, self.area = root, max_models, area
        self._loaded: OrderedDict[tuple[str, str], tuple[nn.Module, Config]] = OrderedDict()
        self._lock = threading.Lock()

    @cached_property
    def device(self) -> Device:
        """The chosen device. Raises ``PyTorchError`` if PyTorch cannot be loaded."""
        return choose_device()

    @property
    def knows_device(self) -> bool:
        """Whether the device is chosen; asking for it may load PyTorch, which takes seconds."""
        return "device" in vars(self)

    def predict(self, picture: Picture, model: str, *, detail: bool = False) -> Prediction:
        """One picture through one model.

        Args:
            detail: look again at the car's box at full model size.

        Raises:
            PictureError: the picture cannot be read.  CheckpointError: the model cannot be used.
        """
        began = time.perf_counter()
        rgb = codec.decode(picture)
        decoded = time.perf_counter() - began
        first = self.predict_batch([rgb], model)[0]
        seconds = {"decode": decoded, **first.seconds}
        if detail:
            began = time.perf_counter()
            first = replace(first, detail=self._look_again(rgb, first))
            seconds["detail"] = time.perf_counter() - began
        return replace(first, seconds=seconds)

    def _look_again(self, rgb: np.ndarray, first: Prediction) -> Detail | None:
        car = detail_box(first.probability, first.threshold)
        if car is None:
            return None
        rows, columns = car.pixels(rgb.shape[:2])
        crop = np.ascontiguousarray(rgb[rows, columns])
        # A box below 16 pixels shows nothing; one close to the whole picture gains nothing.
        if min(crop.shape[:2]) < 16 or crop.size > 0.85 * rgb.size:
            return None
        height, width = rgb.shape[:2]
        exact = Box(
            rows.start / height, columns.start / width, rows.stop / height, columns.stop / width
        )
        return Detail(exact, self.predict_batch([crop], first.model)[0].probability)

    def predict_batch(self, pictures: Sequence[np.ndarray], model: str) -> list[Prediction]:
        """Decoded pictures (RGB uint8) of one aspect ratio through one model in one forward pass.

        Raises:
            ValueError: their grids differ.
        """
        network, config = self.network(model)
        from carseg.inference.engines.torch import forward

        began = time.perf_counter()
        grids = {grid_for(rgb.shape[:2], config.area) for rgb in pictures}
        if len(grids) != 1:
            raise ValueError("Pictures of one batch must have the same aspect ratio.")
        grid = grids.pop()
        batch = np.stack([resize_picture(rgb, grid) for rgb in pictures])
        prepared = time.perf_counter()
        probability = forward(network, config, batch, self.device)
        done = time.perf_counter()
        seconds = {
            "prepare": (prepared - began) / len(pictures),
            "network": (done - prepared) / len(pictures),
        }
        return [
            Prediction(
                model=model,
                sha256=config.sha256,
                probability=p,
                size=rgb.shape[:2],
                threshold=config.threshold,
                seconds=seconds,
                device=self.device.kind,
                dtype=self.device.dtype_name,
            )
            for rgb, p in zip(pictures, probability, strict=True)
        ]

    def network(self, model: str) -> tuple["nn.Module", Config]:
        """The network on this device, and the config that it is used with here.

        At most ``max_models`` networks are kept; the least recently used one is dropped.
        """
        known = shelf(self.root)
        if model in known.problems:
            raise CheckpointError(known.problems[model])
        need_pytorch()
        import torch

        from carseg.models.weights import load

        key = model, fingerprint(self._used(known.configs[model])) if model in known.configs else ""
        with self._lock:
            if key not in self._loaded:
                network, config = load(model, self.root)
                config = self._used(config)
                network = network.to(self.device.kind)
                network.to(memory_format=torch.channels_last)  # type: ignore[call-overload] # torch's stub lacks it
                key = model, fingerprint(config)
                self._loaded[key] = network, config
                while len(self._loaded) > self.max_models:
                    self._loaded.popitem(last=False)
            self._loaded.move_to_end(key)
            return self._loaded[key]

    def _used(self, config: Config) -> Config:
        return config if self.area is None else replace(config, area=self.area)
