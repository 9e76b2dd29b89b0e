"""Pictures in, Predictions out: the one door to the networks outside training."""

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from carseg.imaging import codec
from carseg.imaging.grid import Size, grid_for, resize_picture
from carseg.imaging.regions import Box, box
from carseg.inference.device import Device, choose
from carseg.models.checkpoint import CheckpointError, Config, load, shelf
from carseg.models.padding import padded_logits

LEAST_CAR = 0.005
"""Below this share of the picture's area we say that there is no car."""
Picture = Any
"""Whatever ``carseg.imaging.codec.decode`` takes: RGB uint8 array, PIL picture, bytes, path."""

_FORWARD_LOCKS: dict[str, threading.Lock] = {}


@dataclass(frozen=True)
class Detail:
    """A second look at a box at full model size: its probabilities, fp16 (h, w)."""

    box: Box
    probability: np.ndarray


@dataclass(frozen=True)
class Prediction:
    """What one model says of one picture, small enough to keep (under 1 MB).

    Attributes:
        model, sha256: the checkpoint and its weights.
        probability: of car, fp16 (h, w) in 0..1 on the grid the network saw.
        size: the picture's own (height, width).
        threshold: the checkpoint's own.
        seconds: per stage: ``decode``, ``prepare``, ``network``; with a second look ``detail``.
    """

    model: str
    sha256: str
    probability: np.ndarray
    size: Size
    threshold: float
    seconds: dict[str, float] = field(default_factory=dict, compare=False)
    device: str = "cpu"
    dtype: str = "float32"
    detail: Detail | None = None

    @property
    def grid(self) -> Size:
        """(height, width) the network saw."""
        return self.probability.shape

    def at(self, size: Size | None = None) -> np.ndarray:
        """Probabilities float32 (H, W) at ``size`` (default: the picture's), bilinear."""
        size = self.size if size is None else size
        full = _scale(self.probability, size)
        return full if self.detail is None else _paste(full, self.detail)

    def cell(self, size: Size | None = None) -> float:
        """Pixels of a picture of ``size`` per cell of the finest grid the network saw."""
        size = self.size if size is None else size
        if self.detail is None:
            return size[0] / self.grid[0]
        rows, _ = self.detail.box.pixels(size)
        return (rows.stop - rows.start) / self.detail.probability.shape[0]

    def mask(self, threshold: float | None = None, size: Size | None = None) -> np.ndarray:
        """Bool (H, W): probability of at least ``threshold`` (default: the model's own)."""
        return self.at(size) >= (self.threshold if threshold is None else threshold)


def share_words(share: float) -> str:
    """How much of a picture is car, 0..1, in words: '12.3% car', or 'No car found'."""
    return f"{share:.1%} car" if share >= LEAST_CAR else "No car found"


def _scale(probability: np.ndarray, size: Size) -> np.ndarray:
    values = probability.astype(np.float32)
    if values.shape == tuple(size):
        return values
    shrinks = size[0] < values.shape[0] and size[1] < values.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(values, (size[1], size[0]), interpolation=how)


def _paste(full: np.ndarray, detail: Detail) -> np.ndarray:
    """The detail over its box, faded in over the outer twentieth so that no seam shows."""
    rows, columns = detail.box.pixels(full.shape)
    height, width = rows.stop - rows.start, columns.stop - columns.start
    fine = _scale(detail.probability, (height, width))
    ramps = []
    for side, open_low, open_high in (
        (height, rows.start > 0, rows.stop < full.shape[0]),
        (width, columns.start > 0, columns.stop < full.shape[1]),
    ):
        steps = (np.arange(side, dtype=np.float32) + 0.5) / max(1.0, side / 20)
        low = steps if open_low else np.ones(side, np.float32)
        high = steps[::-1] if open_high else np.ones(side, np.float32)
        ramps.append(np.minimum(1, np.minimum(low, high)))
    weight = ramps[0][:, None] * ramps[1][None]
    full[rows, columns] += weight * (fine - full[rows, columns])
    return full


def car_box(probability: np.ndarray, threshold: float, margin: float = 0.12) -> Box | None:
    """The box around all over ``threshold``, grown by ``margin`` of its sides; None if empty."""
    found = box(probability >= threshold)
    if found is None:
        return None
    top, left, bottom, right = found
    height, width = probability.shape
    up, aside = margin * (bottom - top), margin * (right - left)
    return Box(
        max(0.0, (top - up) / height),
        max(0.0, (left - aside) / width),
        min(1.0, (bottom + up) / height),
        min(1.0, (right + aside) / width),
    )


def fingerprint(config: Config) -> str:
    """A hash of all that a checkpoint's predictions depend on: its weights, and how they are used.

    Everything that is kept of a network is kept by this: a config may change while its weights
    stay.
    """
    c = config
    facts = [c.sha256, c.architecture, c.arguments, c.classes, c.area, c.mean, c.std, c.threshold]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


class Predictor:
    """Runs checkpoints on one device. Threads may share it; forward passes take turns.

    Attributes:
        device: the chosen ``carseg.inference.device.Device``.
        area: pixels of the grid to use every network on; None: each on its config's.
    """

    def __init__(
        self,
        device: str | Device = "auto",
        root: Path | None = None,
        max_models: int = 8,
        area: int | None = None,
    ) -> None:
        self.device = choose(device) if isinstance(device, str) else device
        self.root, self.max_models, self.area = root, max_models, area
        self._loaded: OrderedDict[tuple[str, str], tuple[nn.Module, Config]] = OrderedDict()
        self._lock = threading.Lock()

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
        car = car_box(first.probability, first.threshold)
        if car is None:
            return None
        rows, columns = car.pixels(rgb.shape[:2])
        crop = np.ascontiguousarray(rgb[rows, columns])
        # Below 16 pixels there is nothing to see; near the whole picture there is nothing to gain.
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
        began = time.perf_counter()
        grids = {grid_for(rgb.shape[:2], config.area) for rgb in pictures}
        if len(grids) != 1:
            raise ValueError("Pictures of one batch must have the same aspect ratio.")
        grid = grids.pop()
        batch = np.stack([resize_picture(rgb, grid) for rgb in pictures])
        prepared = time.perf_counter()
        probability = self._forward(network, config, batch)
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

    def network(self, model: str) -> tuple[nn.Module, Config]:
        """The network on this device and its config, as it is used here.

        Past a few the least used network is dropped.
        """
        known = shelf(self.root)
        if model in known.problems:
            raise CheckpointError(known.problems[model])
        key = model, fingerprint(self._used(known.configs[model])) if model in known.configs else ""
        with self._lock:
            if key not in self._loaded:
                network, config = load(model, self.root)
                config = self._used(config)
                network = network.to(self.device.kind, memory_format=torch.channels_last)
                key = model, fingerprint(config)
                self._loaded[key] = network, config
                while len(self._loaded) > self.max_models:
                    self._loaded.popitem(last=False)
            self._loaded.move_to_end(key)
            return self._loaded[key]

    def _used(self, config: Config) -> Config:
        return config if self.area is None else replace(config, area=self.area)

    def _forward(self, network: nn.Module, config: Config, batch: np.ndarray) -> np.ndarray:
        """uint8 (N, H, W, 3) to fp16 probabilities (N, H, W) of the first class."""
        kind = self.device.kind
        lock = _FORWARD_LOCKS.setdefault(kind, threading.Lock())
        # inference_mode and autocast are thread-local: they belong inside the call.
        with (
            lock,
            torch.inference_mode(),
            torch.autocast(kind, self.device.dtype, enabled=self.device.dtype != torch.float32),
        ):
            x = _normalised(torch.from_numpy(batch).to(kind), config)
            logits = padded_logits(network, x, config.multiple)[:, 0]
            return torch.sigmoid(logits.float()).half().cpu().numpy()


def _normalised(batch: Tensor, config: Config) -> Tensor:
    """uint8 (N, H, W, 3) to float (N, 3, H, W) in the weights' own normalisation, channels last."""
    mean, std = (torch.tensor(v, device=batch.device) for v in (config.mean, config.std))
    # A permuted NHWC array is channels_last already.
    return ((batch.float() / 255 - mean) / std).permute(0, 3, 1, 2)
