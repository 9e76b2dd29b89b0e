"""Makes the file of a checkpoint in one of the formats, and keeps it only if it answers alike."""

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from carseg.core.atomic import write_atomically
from carseg.imaging.grid import resize_picture
from carseg.inference.device import Device
from carseg.inference.engines.engine import Engine, Way
from carseg.inference.engines.graph import GraphEngine, Run
from carseg.inference.engines.tensors import normalised, padded
from carseg.inference.engines.torch import TorchEngine
from carseg.inference.export.facts import KEY, facts_of
from carseg.inference.export.parity import (
    BOUNDS,
    Bound,
    ExportError,
    Parity,
    Sample,
    check_shapes,
    measure,
)
from carseg.models.checkpoint import Config

FP32 = Device("cpu", torch.float32, "CPU", "the reference of exports")
LOOSE = 0.05
"""The largest difference of a logit for which a graph in float32 counts as the same network's, on
made pictures; the bound itself is for real ones."""


@dataclass(frozen=True)
class Job:
    """What to make.

    Attributes:
        kind: one of ``carseg.inference.export.files.ENDINGS``.
        precision: ``float32``, ``float16`` or ``int8``.
        samples: the pictures that it is compared on.
        calibration: the pictures that int8 is calibrated with, uint8 (H, W, 3).
        bf16: whether the file is also tried in bfloat16, in which this processor runs it.
        bounds: by precision.
    """

    network: nn.Module
    config: Config
    kind: str
    precision: str
    samples: Sequence[Sample]
    calibration: Sequence[np.ndarray] = ()
    bf16: bool = False
    bounds: dict[str, Bound] = field(default_factory=lambda: dict(BOUNDS))

    @property
    def reference(self) -> TorchEngine:
        """The network in PyTorch, float32."""
        return TorchEngine(self.network, self.config, FP32)

    @property
    def batches(self) -> list[np.ndarray]:
        """What int8 is calibrated with, as the network takes it."""
        return [_given(rgb, self.config) for rgb in self.calibration]

    def checked(self, engine: Engine) -> Parity:
        """The figures of an engine. Raises ExportError if they are out of their bound."""
        found = measure(engine, self.reference, self.samples)
        found.check(self.bounds[found.precision])
        return found

    def facts(self, *parity: Parity) -> dict[str, Any]:
        """What the file says about itself."""
        return facts_of(self.config, self.precision) | {"parity": [p.facts for p in parity]}


def _given(rgb: np.ndarray, config: Config) -> np.ndarray:
    batch = resize_picture(rgb, config.grid(rgb.shape[:2]))[None]
    return padded(normalised(batch, config), config.multiple)[0]


def make(job: Job, path: Path) -> list[Parity]:
    """Write the file, and for OpenVINO its weights beside it; returns the figures.

    Raises:
        ExportError: it answers otherwise than the network; then nothing is written.
    """
    return _MAKERS[job.kind](job, path)


def _engine(job: Job, name: str, precision: str, run: Run) -> GraphEngine:
    return GraphEngine(run, job.config, Way(name, precision, "cpu"))


def _onnx_graph(job: Job) -> Any:
    """The graph in float32, shown to be right for any batch and size."""
    from carseg.inference.export.onnx_graph import to_onnx

    return to_onnx(job.network, facts_of(job.config, "float32"))


def _onnx(job: Job, path: Path) -> list[Parity]:
    from carseg.inference.engines.onnx import opened, run_of
    from carseg.inference.export.onnx_graph import INPUT, halved, state

    graph = _onnx_graph(job)
    _same_network(job, run_of(opened(graph.SerializeToString())))
    if job.precision == "float16":
        graph = halved(graph)
    elif job.precision == "int8":
        from carseg.inference.export.int8 import quantised

        graph = quantised(graph, job.batches, INPUT)
    run = run_of(opened(graph.SerializeToString()))
    found = job.checked(_engine(job, "onnx", job.precision, run))
    state(graph, job.facts(found))
    write_atomically(path, graph.SerializeToString())
    return [found]


def _openvino(job: Job, path: Path) -> list[Parity]:
    from carseg.inference.engines.openvino import compiled
    from carseg.inference.export import openvino_graph

    model = openvino_graph.read(_onnx_graph(job).SerializeToString())
    _same_network(job, compiled(model, "float32"))
    if job.precision == "int8":
        from carseg.inference.export.int8 import quantised

        model = quantised(model, job.batches)
    also = ["bfloat16"] if job.bf16 and job.precision == "float32" else []
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".export-") as folder:
        draft, half = Path(folder) / path.name, job.precision == "float16"
        openvino_graph.save(model, draft, job.facts(), half=half)
        kept = openvino_graph.read(draft)
        found = [
            job.checked(_engine(job, "openvino", precision, compiled(kept, precision)))
            for precision in (job.precision, *also)
        ]
        del kept
        openvino_graph.save(model, draft, job.facts(*found), half=half)
        # The weights first: without the .xml there is no model.
        draft.with_suffix(".bin").replace(path.with_suffix(".bin"))
        draft.replace(path)
    return found


def _torchscript(job: Job, path: Path) -> list[Parity]:
    if job.precision != "float32":
        raise ExportError(
            "TorchScript files are made in float32 only: leave out --int8 and --half."
        )
    step = max(16, job.config.multiple)
    with torch.inference_mode():
        traced = torch.jit.trace(  # type: ignore[no-untyped-call]
            job.network, torch.zeros(2, 3, 2 * step, 3 * step), check_trace=False
        )
    _same_network(job, lambda x: traced(torch.from_numpy(x)).numpy())
    found = job.checked(TorchEngine(traced, job.config, FP32))
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".export-") as folder:
        draft = Path(folder) / path.name
        torch.jit.save(traced, str(draft), _extra_files={KEY: json.dumps(job.facts(found))})
        draft.replace(path)
    return [found]


def _same_network(job: Job, run: Run) -> None:
    check_shapes(run, job.network, job.config.multiple, LOOSE)


_MAKERS: dict[str, Callable[[Job, Path], list[Parity]]] = {
    "onnx": _onnx,
    "openvino": _openvino,
    "torchscript": _torchscript,
}
