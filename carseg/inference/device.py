"""Which processor and which library run the networks, in which precision, and why.

PyTorch takes seconds to import, so this module does it when a device is chosen.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from carseg.core.errors import CarsegError
from carseg.inference.engines.engine import AUTO, ENGINES, USUAL, EngineError, Way
from carseg.models.pytorch import need_pytorch

if TYPE_CHECKING:
    import torch

DEVICES = (AUTO, "cuda", "mps", "cpu")
PROVIDERS = (AUTO, "cpu", "cuda", "tensorrt")
PRECISIONS = (AUTO, *dict.fromkeys(p for kind in ENGINES.values() for p in kind.precisions))


class DeviceError(CarsegError):
    """The requested device is not available; the message says which ones are."""


@dataclass(frozen=True)
class Device:
    """A chosen device.

    Attributes:
        kind: ``cuda``, ``mps`` or ``cpu``.
        dtype: precision of PyTorch's forward pass (autocast where it is not float32).
        name: the hardware as people know it.
        why: one sentence for the sidebar.
        engine: a name in ``ENGINES``; ``auto``: the usual one, or the only one that can run a
            model.
        precision: one of the engine's own; ``auto``: what suits it.
        provider: what runs the graphs of ONNX Runtime; ``auto``: as ``kind`` says.
        as_trained: PyTorch runs networks layer by layer, so that one can look into them. It is
            slower than the fused networks that predict.
    """

    kind: str
    dtype: "torch.dtype"
    name: str
    why: str
    engine: str = AUTO
    precision: str = AUTO
    provider: str = AUTO
    as_trained: bool = False

    @property
    def usual_way(self) -> Way:
        """How the usual engine runs on it."""
        return Way(USUAL, self.dtype_name, self.kind)

    def precision_in(self, engine: str) -> str:
        """The precision in which an engine runs on it."""
        known = ENGINES[engine].precisions
        if self.engine == engine and self.precision != AUTO:
            return self.precision
        # float16 is how a file keeps its weights, so that is taken only if it was asked for.
        fast = self.dtype_name == "bfloat16" and "bfloat16" in known
        return "bfloat16" if fast else "float32"

    @property
    def dtype_name(self) -> str:
        """``bfloat16``, ``float16`` or ``float32``."""
        return str(self.dtype).removeprefix("torch.")


def choose_device(
    wanted: str = AUTO, precision: str = AUTO, engine: str = AUTO, provider: str = AUTO
) -> Device:
    """The device for ``wanted``; ``auto`` takes CUDA, then MPS, then the CPU.

    Args:
        precision: ``auto`` is bfloat16 where the processor is fast at it, float16 on other GPUs;
            or one of PRECISIONS.
        engine: ``auto`` or a name in ``ENGINES``.
        provider: of ONNX Runtime: ``auto`` or one of PROVIDERS.

    Raises:
        DeviceError: unknown, or not usable here.  PyTorchError: PyTorch cannot be loaded.
        EngineError: no such engine, not installed, or it does not have this precision.
    """
    check_engine(engine, precision)
    need_pytorch()
    import torch

    if wanted not in DEVICES:
        raise DeviceError(f"There is no device '{wanted}'. Known are: {', '.join(DEVICES)}.")
    usable = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not usable.get(wanted, True):
        raise DeviceError(
            f"The device '{wanted}' was asked for but PyTorch {torch.__version__} cannot use one "
            "here. Take --device auto, or install a driver and a PyTorch build that match."
        )
    kind = wanted if wanted != "auto" else next((k for k, ok in usable.items() if ok), "cpu")
    dtype = _dtype(kind, precision, engine)
    name = (
        torch.cuda.get_device_name() if kind == "cuda" else _cpu_name() if kind == "cpu" else "GPU"
    )
    return Device(
        kind, dtype, name, _why(wanted, kind, dtype, precision), engine, precision, provider
    )


def _dtype(kind: str, precision: str, engine: str) -> "torch.dtype":
    """Of PyTorch's pass; other engines have precisions of their own."""
    import torch

    if precision == AUTO:
        if _fast_bf16(kind):
            return torch.bfloat16
        return torch.float16 if kind == "cuda" else torch.float32
    if precision == "float16" and engine not in (AUTO, USUAL):
        return torch.float32
    return {"bfloat16": torch.bfloat16, "float16": torch.float16}.get(precision, torch.float32)


def check_engine(engine: str, precision: str = AUTO) -> None:
    """Raise EngineError if an engine is not here, or does not run in a precision."""
    if engine not in (AUTO, *ENGINES):
        known = ", ".join([AUTO, *ENGINES])
        raise EngineError(f"There is no engine '{engine}'. Known are: {known}.")
    kind = ENGINES[USUAL if engine == AUTO else engine]
    if kind.missing:
        raise EngineError(kind.missing)
    if precision not in (AUTO, *kind.precisions):
        raise EngineError(
            f"{kind.title} does not run networks in '{precision}' here. It has: "
            f"{', '.join(kind.precisions)}."
        )


def _why(wanted: str, kind: str, dtype: "torch.dtype", precision: str) -> str:
    import torch

    place = {"cuda": "NVIDIA GPU", "mps": "Apple GPU", "cpu": "CPU"}[kind]
    if wanted != "auto":
        reason = f"{place}, as asked for"
    elif kind == "cpu":
        reason = "CPU, because PyTorch finds no GPU here"
    else:
        reason = f"{place}, because PyTorch finds one here"
    fast = ", which it is fast at" if dtype != torch.float32 and precision == "auto" else ""
    return f"{reason}; {str(dtype).removeprefix('torch.')}{fast}."


def _fast_bf16(kind: str) -> bool:
    import torch

    if kind == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if kind == "cpu":
        able: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
        return bool(able.get("avx512_bf16") or able.get("amx_bf16"))
    return False


def _cpu_name() -> str:
    import torch

    able: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    threads = torch.get_num_threads()
    return f"{able.get('cpu_name') or 'CPU'}, {threads} {'thread' if threads == 1 else 'threads'}"
