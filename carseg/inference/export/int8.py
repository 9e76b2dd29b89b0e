"""Networks in int8, calibrated with pictures by NNCF; the graph may be ONNX's or OpenVINO's."""

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np

from carseg.inference.export.openvino_graph import openvino


def quantised(model: Any, batches: Sequence[np.ndarray], input_name: str | None = None) -> Any:
    """A graph whose convolutions compute in int8; a new one of the same kind.

    Args:
        model: ``onnx.ModelProto`` or ``openvino.Model``.
        batches: what its input is calibrated with, float32 (1, 3, H, W) each.
        input_name: of the input, where the graph needs it (ONNX).
    """
    openvino()  # first, without its telemetry
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)  # it loads parts of PyTorch that miss a GPU
    try:
        import nncf
    finally:
        logging.disable(before)
    logging.getLogger("nncf").setLevel(logging.ERROR)  # its own function changes every handler
    data = nncf.Dataset(batches, lambda x: x if input_name is None else {input_name: x})
    return nncf.quantize(
        model, data, preset=nncf.QuantizationPreset.MIXED, subset_size=len(batches)
    )
