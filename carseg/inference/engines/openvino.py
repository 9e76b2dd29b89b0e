"""OpenVINO, on the processor; in bfloat16 only where PyTorch would be."""

from pathlib import Path
from typing import Any

import numpy as np

from carseg.inference.device import Device
from carseg.inference.engines.brought import BroughtEngine
from carseg.inference.engines.engine import Engine, EngineError, Way
from carseg.inference.engines.graph import GraphEngine
from carseg.inference.engines.onnx import cast, first_line
from carseg.inference.engines.tensors import threads
from carseg.inference.export import openvino_graph
from carseg.inference.export.facts import fits
from carseg.inference.export.files import beside, not_exported, onnx_file
from carseg.models.checkpoint import checkpoint_folder, read_config

HINTS = {"float32": "f32", "bfloat16": "bf16", "float16": "f32", "int8": "f32"}
"""What it is told to compute in; float16 is how a file keeps its weights. Untold, it takes bf16
where the processor can."""


class OpenvinoEngine(GraphEngine):
    """A model in OpenVINO."""

    @classmethod
    def load(cls, model: str, root: Path | None, device: Device) -> Engine:
        """The model of a checkpoint, made if it was not exported.

        Raises:
            CheckpointError, EngineError: as ``carseg.inference.export.files.onnx_file``.
        """
        if device.kind != "cpu":
            raise EngineError("OpenVINO runs on the processor here: take --device cpu.")
        precision = device.precision_in("openvino")
        folder = checkpoint_folder(model, root)
        config = read_config(folder)
        if config.kind == "brought":
            path, config = onnx_file(model, root, "float32")
            precision = "float32" if precision in {"int8", "float16"} else precision
            output = config.arguments.get("output") or None
            run = compiled(openvino_graph.read(path), precision, output)
            return BroughtEngine(run, config, Way("openvino", precision, "cpu"))
        file = precision if precision in {"int8", "float16"} else "float32"
        path = beside(folder, "openvino", file)
        found = openvino_graph.read(path) if path.is_file() else None
        if found is None or not fits(openvino_graph.facts_in(found), config):
            if file != "float32":
                stale = found is not None
                raise EngineError(not_exported(config, "openvino", file, stale=stale))
            path, config = onnx_file(model, root, file)
            found = openvino_graph.read(path)
        return cls(compiled(found, precision), config, Way("openvino", precision, "cpu"))


def compiled(model: Any, precision: str, output: str | None = None) -> Any:
    """The model as a function from its input to one output (default: the first).

    Raises:
        EngineError: it cannot be compiled.
    """
    settings = {
        "INFERENCE_PRECISION_HINT": HINTS[precision],
        "INFERENCE_NUM_THREADS": threads(),
        "PERFORMANCE_HINT": "LATENCY",
    }
    try:
        made = openvino_graph.openvino().Core().compile_model(model, "CPU", settings)
    except RuntimeError as error:
        raise EngineError(f"OpenVINO cannot compile this model: {first_line(error)}") from error
    wanted = made.output(output) if output else made.output(0)
    kind = np.dtype(made.input(0).get_element_type().to_dtype())

    def run(x: np.ndarray) -> np.ndarray:
        # A request of one's own, so that the answer is nobody else's.
        return np.array(made.create_infer_request().infer([cast(x, kind)])[wanted])

    return run
