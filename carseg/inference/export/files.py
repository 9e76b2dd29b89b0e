"""Where exported files lie: beside the weights, or made when an engine first needs them."""

import hashlib
import math
from pathlib import Path

from carseg.core.atomic import write_atomically
from carseg.core.settings import home
from carseg.inference.engines.engine import EngineError
from carseg.inference.export.facts import KEY, facts_of, fits, network_sha256, read_facts
from carseg.inference.stranger import proved
from carseg.models.checkpoint import Config, checkpoint_folder, read_config

ENDINGS = {"onnx": ".onnx", "openvino": ".xml", "torchscript": ".torchscript.pt"}
"""The formats, and what the names of their files end with."""
MARKS = {"float32": "", "float16": ".half", "int8": ".int8"}


def beside(folder: Path, kind: str, precision: str) -> Path:
    """Where the file of a format and precision lies beside the weights."""
    return folder / f"model{MARKS[precision]}{ENDINGS[kind]}"


def onnx_file(model: str, root: Path | None, precision: str) -> tuple[Path, Config]:
    """The ONNX graph of a checkpoint, and its config.

    It is the exported one beside the weights, or one in ``$CARSEG_HOME/engines``. That one is made
    now if it is missing, which takes a quarter of a minute, once.

    Raises:
        CheckpointError: the checkpoint cannot be used.
        EngineError: there is no graph of this precision, and it cannot be made without being asked.
    """
    folder = checkpoint_folder(model, root)
    config = read_config(folder)
    if config.scores_only:
        raise EngineError(f"Only the scores of '{model}' are kept, not its weights.")
    if config.kind == "brought":
        return _brought(folder, config), config
    path = beside(folder, "onnx", precision)
    if path.is_file() and fits(stated_facts(path), config):
        return path, config
    if precision != "float32":
        raise EngineError(not_exported(config, "onnx", precision, stale=path.is_file()))
    made = home() / "engines" / f"{network_sha256(config)[:24]}.onnx"
    if not made.is_file():
        _make(model, root, made)
    return made, config


def not_exported(config: Config, kind: str, precision: str, *, stale: bool) -> str:
    """What to do where a file is missing, or of other weights."""
    option = {"int8": " --int8 --calibrate PICTURES", "float16": " --half"}.get(precision, "")
    how = f"carseg export {config.name} --format {kind}{option}"
    if stale:
        return f"The {precision} file beside '{config.name}' is of other weights. Run: {how}"
    return f"'{config.name}' was not exported in {precision}. Run: {how}"


def _make(model: str, root: Path | None, path: Path) -> None:
    from carseg.inference.export.onnx_graph import to_onnx
    from carseg.models.weights import load

    network, config = load(model, root)
    graph = to_onnx(network, facts_of(config, "float32"))
    write_atomically(path, graph.SerializeToString())


def stated_facts(path: Path) -> dict[str, object]:
    """What an ONNX file says about itself; {} for one that ``carseg export`` did not write."""
    import onnx

    found = onnx.load(str(path), load_external_data=False).metadata_props
    return read_facts(next((p.value for p in found if p.key == KEY), None))


def _brought(folder: Path, config: Config) -> Path:
    path = folder / config.weights_file
    if hashlib.sha256(path.read_bytes()).hexdigest() != config.sha256:
        raise EngineError(
            f"The graph of '{config.name}' was altered or damaged (its SHA-256 is not the one in "
            "config.json): add it again."
        )
    proved(path, config.sha256, shape_of(config), config.arguments.get("output", ""))
    return path


def shape_of(config: Config) -> tuple[int, ...]:
    """The shape of one picture, a square one where the graph takes any, as it is given."""
    side = max(16, math.isqrt(config.area))
    height, width = config.grid((side, side))
    if config.arguments.get("layout") == "nhwc":
        return 1, height, width, 3
    return 1, 3, height, width
