"""The process that looks at a stranger's graph: ``python -m`` this module, and the file.

It reads an order in JSON from its input and writes one line of JSON. The system ends it where it
takes too much memory or processor time; whoever started it ends it after a deadline.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

MOST_MEMORY = 16 * 2**30
MOST_SECONDS = 1200
"""Of processor time."""
MOST_NODES, MOST_DEPTH = 100_000, 8
STANDARD = {"", "ai.onnx"}
"""The domains whose operators may occur: those that ONNX itself defines."""


class Refusal(Exception):  # noqa: N818 - it is an answer, not a fault
    """Why a graph is not taken; the text follows the file's name."""


def main(argv: list[str]) -> None:
    """Answer one order."""
    _limit()
    order = json.loads(sys.stdin.read() or "{}")
    try:
        found = _looked_at(Path(argv[1]), order)
    except Refusal as refusal:
        found = {"error": str(refusal)}
    except MemoryError:
        found = {"error": "takes more memory than a graph may."}
    print(json.dumps(found), flush=True)  # noqa: T201 - the answer


def _limit() -> None:
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))


def _looked_at(path: Path, order: dict[str, Any]) -> dict[str, Any]:
    import onnx

    try:
        model = onnx.load(str(path), load_external_data=False)
    except Exception:  # protobuf's and onnx's own kinds
        raise Refusal("is no ONNX file, or a damaged one.") from None
    facts = _facts(model)
    del model
    if "shape" in order:
        facts["answer"] = _answer(path, order)
    return facts


def _facts(model: Any) -> dict[str, Any]:
    nodes = 0
    for node in (node for graph in _graphs(model.graph) for node in graph.node):
        nodes += 1
        if node.domain not in STANDARD:
            raise Refusal(
                f"has the operator '{node.op_type}' of '{node.domain}': only operators of the "
                "ONNX standard are taken."
            )
        if nodes > MOST_NODES:
            raise Refusal(f"has more than {MOST_NODES:,} operators.")
    if model.functions:
        raise Refusal("has functions of its own: export it with operators of the standard only.")
    for graph in _graphs(model.graph):
        _inside(graph)
    known = {i.name for i in model.graph.initializer}
    inputs = [_tensor(i) for i in model.graph.input if i.name not in known]
    if len(inputs) != 1 or len(inputs[0]["shape"]) != 4:
        raise Refusal("has no single input for pictures (four sides: batch, colours, two sides).")
    outputs = [_tensor(o) for o in model.graph.output]
    if not outputs:
        raise Refusal("has no output.")
    return {
        "image": inputs[0],
        "outputs": outputs,
        "nodes": nodes,
        "parameters": sum(int(np.prod(i.dims)) for i in model.graph.initializer),
        "opset": max((o.version for o in model.opset_import if o.domain in STANDARD), default=0),
    }


def _graphs(graph: Any, depth: int = 0) -> Iterator[Any]:
    """The graph, and those of its loops and branches."""
    if depth > MOST_DEPTH:
        raise Refusal("nests its loops too deeply.")
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            within = [attribute.g] if attribute.HasField("g") else []
            for inner in (*within, *attribute.graphs):
                yield from _graphs(inner, depth + 1)


def _inside(graph: Any) -> None:
    """Refuse weights in other files: a path in a stranger's file may lead anywhere."""
    import onnx

    attributes = [a for node in graph.node for a in node.attribute]
    sparse = [*graph.sparse_initializer, *(a.sparse_tensor for a in attributes)]
    tensors = [
        *graph.initializer,
        *(t for a in attributes for t in (a.t, *a.tensors)),
        *(t for one in sparse for t in (one.values, one.indices)),
    ]
    if any(t.data_location == onnx.TensorProto.EXTERNAL or t.external_data for t in tensors):
        raise Refusal("keeps its weights in another file: save them in the graph itself.")


def _tensor(value: Any) -> dict[str, Any]:
    import onnx

    kind = value.type.tensor_type
    try:
        name = onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type).name
    except (KeyError, TypeError):
        name = "unknown"
    sides = [
        s.dim_value if s.HasField("dim_value") and s.dim_value else None for s in kind.shape.dim
    ]
    return {"name": value.name, "type": name, "shape": sides}


def _answer(path: Path, order: dict[str, Any]) -> dict[str, Any]:
    from carseg.inference.engines.engine import EngineError
    from carseg.inference.engines.onnx import first_line, opened, run_of

    shape = tuple(order["shape"])
    try:
        run = run_of(opened(path), order["output"] or None)
        across = np.linspace(0, 1, int(np.prod(shape)), dtype=np.float32).reshape(shape)
        began = time.perf_counter()
        found = np.asarray(run(across), np.float64)
        seconds = time.perf_counter() - began
    except EngineError as error:
        raise Refusal(f"cannot be opened. {error}") from None
    except Exception as error:  # ONNX Runtime's own kinds
        text = f"fails on a picture of {shape}: {first_line(error)}"
        raise Refusal(text) from None
    if not found.size or not np.isfinite(found).all():
        raise Refusal("answers with numbers that are not finite.")
    ends = {"low": float(found.min()), "high": float(found.max())}
    return {"shape": list(found.shape), **ends, "seconds": seconds}


if __name__ == "__main__":
    main(sys.argv)
