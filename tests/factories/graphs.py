"""Small ONNX graphs whose answer is known: the car is where the picture is dark."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def dark(
    path: Path,
    *,
    sides: tuple[int | str, int | str] = ("H", "W"),
    layout: str = "nchw",
    classes: int = 1,
    car: int = 0,
    end: str = "",
    inner: tuple = (),
) -> Path:
    """A graph that takes a normalised picture and gives logits: -8 times its mean colour.

    Args:
        classes, car: other classes get 0.
        end: a last operator, such as ``Sigmoid`` or ``ArgMax``.
        inner: more nodes, whose outputs nobody reads.
    """
    colours = 3
    weights = np.zeros((classes, colours, 1, 1), np.float32)
    weights[car] = -8 / colours
    shape = ["N", colours, *sides] if layout == "nchw" else ["N", *sides, colours]
    nodes, last = [], "x"
    if layout == "nhwc":
        nodes.append(helper.make_node("Transpose", ["x"], ["t"], perm=[0, 3, 1, 2]))
        last = "t"
    nodes.append(helper.make_node("Conv", [last, "w"], ["logits"]))
    last, kind = "logits", TensorProto.FLOAT
    if end == "ArgMax":
        nodes.append(helper.make_node(end, [last], ["ended"], axis=1, keepdims=0))
        last, kind = "ended", TensorProto.INT64
    elif end:
        nodes.append(helper.make_node(end, [last], ["ended"]))
        last = "ended"
    graph = helper.make_graph(
        [*inner, *nodes],
        "dark",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(last, kind, None)],
        [numpy_helper.from_array(weights, "w")],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), path)
    return path


def endless() -> tuple:
    """A loop that ends after 2 ** 60 rounds."""
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go_in"], ["go_out"]),
            helper.make_node("Sin", ["v_in"], ["v_out"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("go_in", TensorProto.BOOL, []),
            helper.make_tensor_value_info("v_in", TensorProto.FLOAT, [1]),
        ],
        [
            helper.make_tensor_value_info("go_out", TensorProto.BOOL, []),
            helper.make_tensor_value_info("v_out", TensorProto.FLOAT, [1]),
        ],
    )
    return (
        constant("rounds", np.array(2**60, np.int64)),
        constant("go", np.array(True)),
        constant("v", np.array([0.5], np.float32)),
        helper.make_node("Loop", ["rounds", "go", "v"], ["looped"], body=body),
    )


def constant(name: str, value: np.ndarray) -> onnx.NodeProto:
    return helper.make_node("Constant", [], [name], value=numpy_helper.from_array(value, name))
