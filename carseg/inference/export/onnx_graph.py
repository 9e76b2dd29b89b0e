"""A network as an ONNX graph that takes any number of pictures of any size."""

import io
import json
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from carseg.inference.export.facts import KEY

if TYPE_CHECKING:
    import onnx

INPUT, OUTPUT = "picture", "logits"
NEEDS = ("onnx", "onnxscript")
EXAMPLE = (2, 3, 64, 96)
"""Of one picture, a network would export with the batch as a constant, silently wrong for more."""


def to_onnx(network: nn.Module, facts: Mapping[str, Any]) -> "onnx.ModelProto":
    """The graph of a network in eval mode, float32, with its facts in the metadata.

    The exporter folds batch norm into convolutions.
    """
    free = torch.export.Dim.DYNAMIC
    with _quiet():
        program = torch.onnx.export(
            network,
            (torch.zeros(EXAMPLE),),
            dynamo=True,
            dynamic_shapes=({0: free, 2: free, 3: free},),
            input_names=[INPUT],
            output_names=[OUTPUT],
            verbose=False,
        )
    if program is None:
        raise RuntimeError("torch.onnx.export returned nothing")
    model = program.model_proto
    _strip(model)
    _name_sides(model)
    state(model, facts)
    return model


def state(model: "onnx.ModelProto", facts: Mapping[str, Any]) -> None:
    """Write the facts into the graph's metadata, instead of those that are there."""
    del model.metadata_props[:]
    model.metadata_props.add(key=KEY, value=json.dumps(facts))


def halved(model: "onnx.ModelProto") -> "onnx.ModelProto":
    """The graph with weights and arithmetic in float16; input and output stay float32."""
    from onnxruntime.transformers.float16 import convert_float_to_float16

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numbers too small for fp16 become 0
        half: onnx.ModelProto = convert_float_to_float16(model, keep_io_types=True)
    return half


def _strip(model: "onnx.ModelProto") -> None:
    """Take out where in the code each node came from: it names folders of this machine."""
    for thing in (model.graph, *model.graph.node, *model.graph.initializer):
        del thing.metadata_props[:]
        thing.doc_string = ""
    for value in (*model.graph.value_info, *model.graph.input, *model.graph.output):
        del value.metadata_props[:]


def _name_sides(model: "onnx.ModelProto") -> None:
    """Call the free dimensions by what they are."""
    for value in (*model.graph.input, *model.graph.output):
        sides = value.type.tensor_type.shape.dim
        for place, name in ((0, "N"), (2, "H"), (3, "W")):
            sides[place].dim_param = name
    del model.graph.value_info[:]  # they name the dimensions as they were


@contextmanager
def _quiet() -> Iterator[None]:
    """The exporter prints its progress, and warns of what is not used here."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
