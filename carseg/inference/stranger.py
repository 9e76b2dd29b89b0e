"""A stranger's ONNX graph: looked at and tried in a process of its own, which can be ended.

A file may ask for any memory and for ever. So what it holds is read, and it runs once on a made
picture, apart from this process, with a limit of memory and a deadline.
"""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carseg.core.atomic import write_atomically
from carseg.core.errors import CarsegError
from carseg.core.settings import home

WORKER = "carseg.inference.stranger_worker"
MOST_BYTES = 2**31 - 1
"""Of a file; ONNX itself allows no more in one."""
DEADLINE = 180.0
"""Seconds for the whole look, the run included."""
_ROOT = Path(__file__).resolve().parents[2]


class StrangerError(CarsegError):
    """A graph that is not taken; the message says why."""


@dataclass(frozen=True)
class Tensor:
    """An input or output: its name, type such as ``float32``, and sides; None: any."""

    name: str
    type: str
    shape: tuple[int | None, ...]


@dataclass(frozen=True)
class Graph:
    """What a file holds.

    Attributes:
        image: its only input.
        outputs: in their order.
        nodes, parameters: how many.
        opset: of the standard operators.
    """

    image: Tensor
    outputs: tuple[Tensor, ...]
    nodes: int
    parameters: int
    opset: int


def look(path: Path, deadline: float = DEADLINE) -> Graph:
    """What a graph holds; nothing of it runs.

    Raises:
        StrangerError: it is not taken.
    """
    found = _asked(path, {}, deadline)
    image, *outputs = (
        Tensor(t["name"], t["type"], tuple(t["shape"])) for t in [found["image"], *found["outputs"]]
    )
    return Graph(image, tuple(outputs), found["nodes"], found["parameters"], found["opset"])


def try_out(
    path: Path, shape: tuple[int, ...], output: str = "", deadline: float = DEADLINE
) -> dict[str, Any]:
    """Run a graph once on a made picture of this shape.

    Returns:
        ``shape`` of the answer, ``low`` and ``high``, its ends, and ``seconds``.

    Raises:
        StrangerError: it does not come back in time, takes too much memory, or fails.
    """
    found = _asked(path, {"shape": shape, "output": output}, deadline)
    answer: dict[str, Any] = found["answer"]
    return answer


def proved(path: Path, sha256: str, shape: tuple[int, ...], output: str = "") -> None:
    """Try a graph out once on this machine; later calls for the same file and shape do nothing.

    Raises:
        StrangerError: as ``try_out``.
    """
    if not _note(sha256, shape, output).is_file():
        keep_proof(try_out(path, shape, output), sha256, shape, output)


def keep_proof(answer: dict[str, Any], sha256: str, shape: tuple[int, ...], output: str) -> None:
    """Note what ``try_out`` returned, so that ``proved`` need not do it again."""
    write_atomically(_note(sha256, shape, output), json.dumps(answer))


def _note(sha256: str, shape: tuple[int, ...], output: str) -> Path:
    facts = f"{sha256} {shape} {output}".encode()
    return home() / "proved" / f"{hashlib.sha256(facts).hexdigest()[:32]}.json"


def _asked(path: Path, order: dict[str, Any], deadline: float) -> dict[str, Any]:
    size = path.stat().st_size
    if not 0 < size <= MOST_BYTES:
        raise StrangerError(
            f"'{path.name}' has {size:,} bytes: an ONNX file has up to {MOST_BYTES:,}."
        )
    paths = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    try:
        done = subprocess.run(
            [sys.executable, "-m", WORKER, str(path.resolve())],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=deadline,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise StrangerError(
            f"'{path.name}' did not answer within {deadline:g} s, so it was ended: take a smaller "
            "network, or a smaller input with --size."
        ) from None
    try:
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        raise StrangerError(
            f"'{path.name}' takes more memory than a graph may, or crashes what reads it: it is "
            "not taken."
        ) from None
    if "error" in found:
        raise StrangerError(f"'{path.name}' {found['error']}")
    return found
