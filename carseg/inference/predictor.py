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
from carseg.imaging.grid import Size, resize_picture
from carseg.imaging.regions import Box
from carseg.inference.device import Device, check_engine, choose_device
from carseg.inference.engines.engine import (
    AUTO,
    ENGINES,
    USUAL,
    Engine,
    Way,
    probabilities,
)
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


def provenance(config: Config, way: Way) -> Provenance:
    """What a network's masks depend on, if it is used with this config in this way."""
    return Provenance(
        model=config.name,
        weights_sha256=config.sha256,
        fingerprint=fingerprint(config),
        threshold=config.threshold,
        dtype=way.precision,
        device=way.device,
        engine=way.engine,
    )


def check_alike(here: Provenance, there: Provenance) -> None:
    """Raises CheckpointError where a worker has another network, or runs it in another way."""
    if here != there:
        raise CheckpointError(
            f"A worker has '{there.model}' as {there.engine}, {there.dtype}, {there.device}, "
            f"weights {there.weights_sha256[:12]}; here it is {here.engine}, {here.dtype}, "
            f"{here.device}, weights {here.weights_sha256[:12]}: give all machines the same "
            "weights, and --device, --precision and --engine that all have."
        )


class Predictor:
    """Runs checkpoints on one device. Threads may share it; forward passes take turns.

    Attributes:
        area: pixels of the grid to use every network on; None: each on its config's.

    Args:
        device: a chosen one, or the name of one.
        root: the folder of the checkpoints; None: that of the settings.
        max_models: so many networks are kept.
        engine: ``auto`` or a name in ``carseg.inference.engines.engine.ENGINES``, where ``device``
            is not a chosen one.
    """

    def __init__(
        self,
        device: str | Device = "auto",
        root: Path | None = None,
        max_models: int = 8,
        area: int | None = None,
        engine: str = AUTO,
    ) -> None:
        if isinstance(device, Device):
            self.device = device
        elif (device, engine) != (AUTO, AUTO):
            self.device = choose_device(device, engine=engine)  # it may be absent: say so at once
        self.root, self.max_models, self.area = root, max_models, area
        self._loaded: OrderedDict[tuple[str, str], tuple[Engine, Config]] = OrderedDict()
        self._lock, self._turn = threading.Lock(), threading.Lock()
        self._beside: dict[tuple[str, bool], Predictor] = {}

    @cached_property
    def device(self) -> Device:
        """The chosen device. Raises ``PyTorchError`` if PyTorch cannot be loaded."""
        return choose_device()

    @property
    def knows_device(self) -> bool:
        """Whether the device is chosen; asking for it may load PyTorch, which takes seconds."""
        return "device" in vars(self)

    def predict(
        self, picture: Picture, model: str, *, detail: bool = False, size: Size | None = None
    ) -> Prediction:
        """One picture through one model.

        Args:
            detail: look again at the car's box at full model size.
            size: (height, width) of the picture itself, if what is given is a smaller copy.

        Raises:
            PictureError: the picture cannot be read.  CheckpointError: the model cannot be used.
        """
        began = time.perf_counter()
        rgb = codec.decode(picture)
        decoded = time.perf_counter() - began
        first = self.predict_batch([rgb], model, size)[0]
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

    def predict_batch(
        self, pictures: Sequence[np.ndarray], model: str, size: Size | None = None
    ) -> list[Prediction]:
        """Decoded pictures (RGB uint8) of one aspect ratio through one model in one forward pass.

        Args:
            size: (height, width) of each picture itself, if what is given are smaller copies.

        Raises:
            ValueError: their grids differ.
            CheckpointError: the model cannot be used, or its answer is not finite.
        """
        sizes = [size or rgb.shape[:2] for rgb in pictures]
        engine, config = self.engine(model)
        began = time.perf_counter()
        grids = set(map(config.grid, sizes))
        if len(grids) != 1:
            raise ValueError("Pictures of one batch must have the same aspect ratio.")
        grid = grids.pop()
        batch = np.stack([resize_picture(rgb, grid) for rgb in pictures])
        prepared = time.perf_counter()
        logits = engine.logits(batch)
        if not np.isfinite(logits).all():
            raise CheckpointError(
                f"'{model}' answers this picture with numbers that are not finite (NaN or "
                "infinite), which is no mask: take another model."
            )
        probability = probabilities(logits, config)
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
                size=own,
                threshold=config.threshold,
                seconds=seconds,
                device=engine.way.device,
                dtype=engine.way.precision,
                engine=engine.way.engine,
            )
            for own, p in zip(sizes, probability, strict=True)
        ]

    def engine(self, model: str) -> tuple[Engine, Config]:
        """What runs a model here, and the config that it is used with.

        At most ``max_models`` networks are kept; the least recently used one is dropped.

        Raises:
            CheckpointError: the model cannot be used.
        """
        known = shelf(self.root)
        if model in known.problems:
            raise CheckpointError(known.problems[model])
        need_pytorch()
        key = model, fingerprint(self._used(known.configs[model])) if model in known.configs else ""
        with self._lock:
            if key not in self._loaded:
                engine = ENGINES[self._engine_for(known.configs.get(model))].load(
                    model, self.root, self.device
                )
                config = self._used(engine.config)
                key = model, fingerprint(config)
                self._loaded[key] = engine, config
                while len(self._loaded) > self.max_models:
                    self._loaded.popitem(last=False)
            self._loaded.move_to_end(key)
            return self._loaded[key]

    def network(self, model: str) -> tuple["nn.Module", Config]:
        """The network in PyTorch, to look into it, and the config that it is used with.

        It is the one that makes the predictions of a predictor ``in_torch``, and of no other.

        Raises:
            CheckpointError: as ``engine``.
        """
        from carseg.inference.engines.torch import TorchEngine

        engine, config = self.in_torch.engine(model)
        assert isinstance(engine, TorchEngine), "in_torch has no other"
        return engine.network, config

    @property
    def in_torch(self) -> "Predictor":
        """One that runs networks as they were trained, in PyTorch, with hooks and gradients."""
        return self if self.device.as_trained else self._beside_it("torch", as_trained=True)

    def using(self, engine: str) -> "Predictor":
        """This one, or one beside it with another engine, which is kept.

        Raises:
            EngineError: the engine is not here.
        """
        if engine == AUTO or (self.knows_device and self.device.engine == engine):
            return self
        check_engine(engine)
        return self._beside_it(engine, as_trained=False)

    def _beside_it(self, engine: str, *, as_trained: bool) -> "Predictor":
        key = engine, as_trained
        with self._turn:
            if key not in self._beside:
                kind = "cpu" if engine == "openvino" else self.device.kind
                device = replace(
                    self.device, kind=kind, engine=engine, precision=AUTO, as_trained=as_trained
                )
                self._beside[key] = Predictor(device, self.root, self.max_models, self.area)
            return self._beside[key]

    def _engine_for(self, config: Config | None) -> str:
        if self.device.engine != AUTO:
            return self.device.engine
        return "onnx" if config is not None and config.kind == "brought" else USUAL

    def _used(self, config: Config) -> Config:
        return config if self.area is None else replace(config, area=self.area)
