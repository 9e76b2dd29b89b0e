"""ONNX Runtime."""

from pathlib import Path
from typing import Any

import numpy as np

from carseg.inference.device import Device
from carseg.inference.engines.brought import BroughtEngine
from carseg.inference.engines.engine import AUTO, Engine, EngineError, Way
from carseg.inference.engines.graph import GraphEngine
from carseg.inference.engines.tensors import threads
from carseg.inference.export.files import onnx_file

PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
}
"""What runs the graph: our word to ONNX Runtime's."""


_TYPES: dict[str, np.dtype[Any]] = {
    "tensor(uint8)": np.dtype(np.uint8),
    "tensor(float16)": np.dtype(np.float16),
    "tensor(double)": np.dtype(np.float64),
}
"""Types of inputs other than float32."""


class OnnxEngine(GraphEngine):
    """A graph in ONNX Runtime."""

    @classmethod
    def load(cls, model: str, root: Path | None, device: Device) -> Engine:
        """The graph of a checkpoint, made if it was not exported. Raises as ``onnx_file``."""
        precision = device.precision_in("onnx")
        path, config = onnx_file(model, root, precision)
        provider = provider_of(device)
        session = opened(path, provider)
        kind = "cpu" if provider == "cpu" else "cuda"
        if config.kind == "brought":
            run = run_of(session, config.arguments.get("output") or None)
            return BroughtEngine(run, config, Way("onnx", "float32", kind))
        return cls(run_of(session), config, Way("onnx", precision, kind))


def provider_of(device: Device) -> str:
    """The provider that a device stands for.

    Raises:
        EngineError: this installation does not have it.
    """
    import onnxruntime

    here = [k for k, name in PROVIDERS.items() if name in onnxruntime.get_available_providers()]
    wanted = device.provider
    if wanted == AUTO:
        return "cuda" if device.kind == "cuda" and "cuda" in here else "cpu"
    if wanted not in here:
        raise EngineError(
            f"ONNX Runtime has no provider '{wanted}' here, only {', '.join(here)}: take "
            "--provider cpu, or install onnxruntime-gpu instead of onnxruntime."
        )
    return wanted


def opened(graph: Path | bytes, provider: str = "cpu") -> Any:
    """A session of ONNX Runtime. It reports to nobody.

    Raises:
        EngineError: it cannot be opened.
    """
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads(), 1
    options.log_severity_level = 4  # its errors come as exceptions too
    chosen = [PROVIDERS[name] for name in dict.fromkeys((provider, "cpu"))]
    try:
        return onnxruntime.InferenceSession(
            graph if isinstance(graph, bytes) else str(graph), options, providers=chosen
        )
    except Exception as error:  # it raises classes of its own for each kind of fault
        raise EngineError(f"ONNX Runtime cannot open this graph: {first_line(error)}") from error


def run_of(session: Any, output: str | None = None) -> Any:
    """The session as a function from its input to one output (default: the first)."""
    (given, *_), wanted = session.get_inputs(), output or session.get_outputs()[0].name

    kind = _TYPES.get(given.type, np.dtype(np.float32))

    def run(x: np.ndarray) -> np.ndarray:
        (found,) = session.run([wanted], {given.name: cast(x, kind)})
        return np.asarray(found)

    return run


def cast(x: np.ndarray, kind: np.dtype[Any]) -> np.ndarray:
    """The values in another type; whole numbers are rounded."""
    if x.dtype == kind:
        return x
    return (np.rint(x) if kind.kind in "iu" else x).astype(kind)


def first_line(error: Exception) -> str:
    """The beginning of a library's message."""
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
