"""OpenVINO's own files, made of an ONNX graph, and its library without its telemetry."""

import json
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from carseg.inference.export.facts import KEY, read_facts


def openvino() -> Any:
    """The library, imported so that it reports to nobody.

    It and NNCF report each use to their makers if ``openvino_telemetry`` can be imported.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type] # it makes the import fail
    return import_module("openvino")


def read(path: Path | bytes) -> Any:
    """A model from a file of OpenVINO or ONNX, or from an ONNX graph in memory."""
    return openvino().Core().read_model(path if isinstance(path, bytes) else str(path))


def save(model: Any, path: Path, facts: Mapping[str, Any], *, half: bool) -> None:
    """Write ``path`` (.xml) and its weights beside it (.bin), with the facts."""
    model.set_rt_info(json.dumps(facts), KEY)
    openvino().save_model(model, str(path), compress_to_fp16=half)


def facts_in(model: Any) -> dict[str, Any]:
    """What the file says about itself; {} for one that is not of ours."""
    if not model.has_rt_info(KEY):
        return {}
    return read_facts(str(model.get_rt_info(KEY).astype(str)))
