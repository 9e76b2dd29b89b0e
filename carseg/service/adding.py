"""The work of the add command: a stranger's graph becomes a checkpoint beside ours."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from carseg.analysis.model_card import write_card
from carseg.core.atomic import write_atomically
from carseg.core.settings import weights_dir
from carseg.data.set_names import LONGEST_NAME, NAME_RULE, is_plain
from carseg.inference.engines.engine import ENGINES, EngineError
from carseg.inference.export.files import shape_of
from carseg.inference.stranger import keep_proof, look, try_out
from carseg.models.checkpoint import (
    CONFIG_FILE,
    GRAPH_FILE,
    CheckpointError,
    Config,
    stated_config,
    write_config,
)
from carseg.service.adding_guess import (
    AddError,
    AddOptions,
    with_input,
    with_normalisation,
    with_output,
)


@dataclass(frozen=True)
class Proposal:
    """A config for the graph, and why: a line for each thing that was not given.

    Attributes:
        answer: of the graph, when it was tried out.
    """

    config: Config
    why: dict[str, str]
    answer: dict[str, Any]


def propose(options: AddOptions) -> Proposal:
    """How the graph would be used. It is looked at and run once, apart from this process.

    Raises:
        StrangerError: it is not taken.
        AddError: something is not known and cannot be guessed.
    """
    if missing := ENGINES["onnx"].missing:
        raise EngineError(missing)
    _check_name(options.name)
    graph = look(_file(options))
    why: dict[str, str] = {}
    draft = with_input(options, graph, why)
    answer = try_out(options.file, shape_of(draft), draft.arguments["output"])
    draft = with_output(options, graph.outputs, draft, answer, why)
    if options.mean is None and options.profile is None:
        draft = with_normalisation(options, graph.image, draft, why)
    return Proposal(draft, why, answer)


def add(options: AddOptions, found: Proposal, root: Path | None = None) -> Path:
    """Write the checkpoint's folder; the model then appears like the others.

    git leaves the folder alone: what was brought is not ours to publish.
    """
    folder = (weights_dir() if root is None else root) / options.name
    _check_free(folder)
    data = options.file.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    config = replace(found.config, sha256=sha256, bytes=len(data))
    keep_proof(found.answer, sha256, shape_of(config), config.arguments["output"])
    # The config comes last: without it the folder is no checkpoint.
    write_atomically(folder / ".gitignore", "*\n")
    write_atomically(folder / GRAPH_FILE, data)
    write_config(folder, config)
    write_card(folder)
    return folder


def _check_name(name: str) -> None:
    if not (is_plain(name) and len(name) <= LONGEST_NAME):
        raise AddError(f"'{name}' cannot be a checkpoint's name: it {NAME_RULE}.")
    _check_free(weights_dir() / name)


def _check_free(folder: Path) -> None:
    if not (folder / CONFIG_FILE).is_file():
        return
    try:
        known = stated_config(folder)
    except CheckpointError:
        return
    if known.kind != "brought":
        raise AddError(
            f"There is a checkpoint '{folder.name}' already, and it was not brought: choose "
            "another --name."
        )


def _file(options: AddOptions) -> Path:
    if not options.file.is_file():
        raise AddError(f"There is no file '{options.file}'.")
    return options.file
