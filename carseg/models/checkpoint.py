"""A checkpoint is a folder: config.json, model.safetensors, a card.

It is the hub's own format: config.json also holds what the network's class is called with, so that
``segmentation_models_pytorch.from_pretrained`` or our classes' ``from_pretrained`` opens it.
Dropping a folder into the weights folder makes a model appear; a broken one is named with one
sentence and the others still work. This module reads configs, and needs no PyTorch for that;
``carseg.models.weights`` reads and writes the weights.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict  # pydantic reads this one on Python 3.11

from carseg.core.atomic import write_atomically
from carseg.core.errors import CarsegError
from carseg.core.settings import weights_dir
from carseg.imaging.grid import Size, grid_for
from carseg.models import bounds
from carseg.models.registry import ARCHITECTURES

WEIGHTS_FILE = "model.safetensors"
SPEED_FILE = "speed.json"
"""What `carseg bench --curves` measured."""
GRAPH_FILE = "model.onnx"
BROUGHT = "onnx"
"""The architecture of a graph that a user brought: its file alone says what it is."""
CONFIG_FILE = "config.json"
BEST = "street-best"
"""The checkpoint that is used if none is named."""


class CheckpointError(CarsegError):
    """A checkpoint that cannot be used; the message is one sentence for people."""


Mean = Annotated[float, Field(ge=-1000, le=1000, allow_inf_nan=False)]
Std = Annotated[float, Field(ge=1e-4, le=1000, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=bounds.MOST_NUMBER)]
LEAST_AREA, MOST_AREA = 256, 16_000_000
"""Pixels of the grids that a network may be used on."""


@with_config(extra="allow")
class PhaseFacts(TypedDict, total=False):
    """A stretch of training, as ``carseg.train.presets.Phase`` writes it."""

    size: tuple[int, int]
    pictures: int


@with_config(extra="allow")
class StreamFacts(TypedDict, total=False):
    """A data set of a training, as ``carseg.train.presets.Stream`` writes it."""

    dataset: str
    augmentation: str


@with_config(extra="allow")
class PresetFacts(TypedDict, total=False):
    """A preset, as ``carseg.train.presets.Preset`` writes it; older ones have fewer fields."""

    phases: list[PhaseFacts]
    streams: list[StreamFacts]
    frozen: list[str]
    augmentation: str
    loss: str
    learning_rate: float
    weight_decay: float


@with_config(extra="allow")
class TrainedFacts(TypedDict, total=False):
    """When, on what and how long a run was; ``base`` is the run that it went on from."""

    date: str
    hardware: str
    precision: str
    hours: float
    seed: int
    base: "BaseFacts"


@with_config(extra="allow")
class EncoderFacts(TypedDict, total=False):
    """Facts about the weights that an encoder started from, as in ``Start.encoder``."""

    file_sha256: str
    activation_means: list[float]
    distilled: list[int]


@with_config(extra="allow")
class BaseFacts(TypedDict, total=False):
    """The checkpoint that a run went on from."""

    name: str
    preset: PresetFacts
    pictures_seen: int
    trained: TrainedFacts


@dataclass(frozen=True)
class Config:
    """All facts about a checkpoint. They belong to the weights, not to the code that uses them.

    Attributes:
        name: the folder's name; the file does not state it.
        title, summary: for people.  order: place in lists, small first.
        architecture, arguments, classes: what ``carseg.models.build`` takes.
        car: the class that is the car, counted from 0, where there are several: their softmax is
            taken. One class is the car, by its sigmoid.
        area: pixels of the grid it was trained for; a picture is resized to about this many.
        mean, std: of the normalisation, RGB, on values in 0..1.
        threshold: probability from which a pixel is car, in (0, 1).
        pretrained: the start of the encoder, in words.  encoder: facts about those weights.
        data, split_sha256: what it learned on.
        preset, pictures_seen, commit, trained: how, how long, by which code, when and on what.
        limits: known failures, a sentence each.
        parameters, multiply_adds: counted on the grid 160x240.
        sha256, bytes: of ``weights_file``.
        opens: it is among those that Compare shows first.
        scores_only: the weights are not kept, only the scores: a control.
    """

    name: str = field(default="", kw_only=True)
    title: Annotated[str, Field(min_length=1, max_length=200)]
    summary: Annotated[str, Field(max_length=2000)]
    architecture: Annotated[str, Field(max_length=100)]
    area: Annotated[int, Field(ge=LEAST_AREA, le=MOST_AREA)]
    mean: tuple[Mean, Mean, Mean]
    std: tuple[Std, Std, Std]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    bytes: Count
    arguments: dict[str, Any] = field(default_factory=dict)
    classes: Annotated[int, Field(ge=1, le=256)] = 1
    car: Annotated[int, Field(ge=0, le=255)] | None = None
    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.5
    order: Annotated[int, Field(ge=-bounds.MOST_NUMBER, le=bounds.MOST_NUMBER)] = 100
    pretrained: str = "nothing"
    encoder: EncoderFacts = field(default_factory=EncoderFacts)
    data: str = ""
    split_sha256: str = ""
    preset: PresetFacts = field(default_factory=PresetFacts)
    pictures_seen: Count = 0
    commit: str = ""
    trained: TrainedFacts = field(default_factory=TrainedFacts)
    limits: tuple[str, ...] = ()
    parameters: Count = 0
    multiply_adds: Count = 0
    opens: bool = False
    scores_only: bool = False

    @property
    def kind(self) -> str:
        """``network``, ``control``, ``brought`` or ``baseline``.

        A control is a network whose weights are not kept. A brought one is a graph that a user
        added. A baseline is a rule that makes masks: no network, so it names no architecture.
        """
        if self.architecture == BROUGHT:
            return "brought"
        if self.architecture not in ARCHITECTURES:
            return "baseline"
        return "control" if self.scores_only else "network"

    def grid(self, size: Size) -> Size:
        """(height, width) on which the network sees a picture of ``size``.

        The picture keeps its shape, unless a brought graph takes one size only.
        """
        free = grid_for(size, self.area)
        if self.kind != "brought":
            return free
        if fixed := self.arguments.get("size"):
            return fixed[0], fixed[1]
        step = self.arguments.get("multiple", 1)
        height, width = (max(step, round(side / step) * step) for side in free)
        return height, width

    @property
    def weights_file(self) -> str:
        """The name of the file that holds the network."""
        return GRAPH_FILE if self.kind == "brought" else WEIGHTS_FILE

    @property
    def multiple(self) -> int:
        """Both sides of the network's input must be divisible by this many pixels."""
        if self.kind == "brought":
            return 1  # its grid is one that it takes
        return ARCHITECTURES[self.architecture].multiple_of(self.arguments)


# A checkpoint may come from anywhere, so every field of its config is checked.
_CONFIG = TypeAdapter(Config)


def hours_of(trained: Mapping[str, Any]) -> float | None:
    """Hours of training from ``Config.trained``, including the runs that it went on from.

    None if the hours of one of these runs are unknown, for example after a snapshot.
    """
    base, own = trained.get("base"), trained.get("hours")
    earlier = hours_of(base.get("trained", {})) if base else 0.0
    return None if own is None or earlier is None else own + earlier


@dataclass(frozen=True)
class Shelf:
    """The checkpoints of a folder in display order.

    Attributes:
        configs: the usable ones.  controls: those whose weights are not kept, only their scores.
        absent: those whose weights are not here but can be fetched.
        problems: one sentence per broken one.
    """

    configs: dict[str, Config]
    controls: dict[str, Config]
    absent: dict[str, Config]
    problems: dict[str, str]

    @property
    def known(self) -> dict[str, Config]:
        """All complete checkpoints, in display order."""
        found = self.configs | self.controls | self.absent
        return {c.name: c for c in sorted(found.values(), key=_place)}


def _place(config: Config) -> tuple[int, str]:
    return config.order, config.name


def shelf(root: Path | None = None) -> Shelf:
    """Look through the weights folder. Weights are not read here, only their presence and size."""
    root = weights_dir() if root is None else Path(root)
    folders = sorted(p for p in root.iterdir() if p.is_dir()) if root.is_dir() else []
    found = Shelf({}, {}, {}, {})
    configs: list[Config] = []
    for folder in folders:
        if folder.name.startswith("."):
            continue
        try:
            config = stated_config(folder)
            if is_here(folder, config):
                read_config(folder)
            configs.append(config)
        except CheckpointError as error:
            found.problems[folder.name] = str(error)
    for config in sorted(configs, key=_place):
        here = is_here(root / config.name, config)
        kind = found.controls if config.scores_only else found.configs if here else found.absent
        kind[config.name] = config
    return found


def is_here(folder: Path, config: Config) -> bool:
    """Whether a checkpoint's folder has all that its config speaks of: a control has no weights."""
    return config.scores_only or (folder / config.weights_file).is_file()


def default_model(root: Path | None = None) -> str:
    """The checkpoint to use where none is named: ``street-best``, or the first that is here.

    Raises:
        CheckpointError: there is none.
    """
    known = shelf(root).configs
    if not known:
        place = weights_dir() if root is None else root
        raise CheckpointError(
            f"There are no checkpoints in '{place}'. Fetch one with `carseg pull NAME`."
        )
    return BEST if BEST in known else next(iter(known))


def stated_config(folder: Path) -> Config:
    """The checked config of one checkpoint folder; its weights are not read.

    Raises:
        CheckpointError: no or unreadable config, unknown architecture.
    """
    name, path = folder.name, folder / CONFIG_FILE
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        raise CheckpointError(f"Checkpoint '{name}' has no {CONFIG_FILE}: copy it again.") from None
    except OSError:
        raise CheckpointError(_unreadable(name)) from None
    return _parsed(text, name)


def read_config(folder: Path) -> Config:
    """The checked config of one checkpoint folder whose weights are there.

    Raises:
        CheckpointError: as ``stated_config``, or the weights are missing or cut.
    """
    name, config = folder.name, stated_config(folder)
    if config.scores_only:
        return config
    weights = folder / config.weights_file
    if not is_here(folder, config):
        raise CheckpointError(
            f"Checkpoint '{name}' has no {config.weights_file} here: fetch it with "
            f"`carseg pull {name}`, or copy it into the folder."
        )
    size = weights.stat().st_size
    if size != config.bytes:
        raise CheckpointError(
            f"The weights of checkpoint '{name}' have {size:,} of {config.bytes:,} bytes: "
            "the copy is incomplete, copy them again."
        )
    return config


def _unreadable(name: str) -> str:
    return f"The {CONFIG_FILE} of checkpoint '{name}' cannot be read: copy it again."


def parse_config(text: bytes | str, name: str) -> Config:
    """A checkpoint's config from untrusted JSON; unknown keys are left to newer versions.

    Raises:
        CheckpointError: it is no config, or of an architecture that this version does not have.
    """
    if len(text) > bounds.MOST_CONFIG:
        raise CheckpointError(
            f"The {CONFIG_FILE} of checkpoint '{name}' is larger than "
            f"{bounds.MOST_CONFIG // 2**20} MiB: take it from where the checkpoint was made."
        )
    try:
        config = replace(_CONFIG.validate_json(text, strict=True), name=name)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise CheckpointError(_unreadable(name)) from None
        where = bounds.short(".".join(map(str, first["loc"])))
        raise CheckpointError(
            f"The {CONFIG_FILE} of checkpoint '{name}' is not valid"
            f"{f' at {where!r}' if where else ''}: {first['msg']}."
        ) from None
    if config.architecture not in {*ARCHITECTURES, BROUGHT} and not config.scores_only:
        raise CheckpointError(
            f"Checkpoint '{name}' needs the architecture '{config.architecture}', "
            "which this version does not have: update carseg."
        )
    _check_bounds(config)
    if config.kind == "brought" and "brought" not in config.title:
        config = replace(config, title=f"{config.title[:180]} (brought)")
    return config


@lru_cache(maxsize=256)
def _parsed(text: bytes, name: str) -> Config:
    """``parse_config``, kept: every run of a page looks at every config."""
    return parse_config(text, name)


def _check_bounds(config: Config) -> None:
    """Raise CheckpointError if a value is out of its bounds, or the car's class is not known."""
    try:
        bounds.check_values(asdict(config))
        if not config.title.isprintable():
            raise bounds.BoundsError("'title': it has characters that cannot be shown")
        if config.architecture in ARCHITECTURES:
            ARCHITECTURES[config.architecture].check(config.arguments)
        elif config.kind == "brought":
            bounds.check_arguments(bounds.GraphArguments, config.arguments)
    except bounds.BoundsError as error:
        raise CheckpointError(
            f"The {CONFIG_FILE} of checkpoint '{config.name}' is not valid at {error}."
        ) from None
    if config.classes == 1 and config.car in {None, 0}:
        return
    if config.car is None or config.car >= config.classes:
        raise CheckpointError(
            f"Checkpoint '{config.name}' has {config.classes} "
            f"class{'' if config.classes == 1 else 'es'}, and its {CONFIG_FILE} does not say which "
            f'one is the car: write "car": 0 to {config.classes - 1} into it (a network of '
            'background and car has "car": 1).'
        )


def checkpoint_folder(name: str, root: Path | None = None) -> Path:
    """The folder of a checkpoint in ``root`` (default: the weights folder); a name is no path.

    Raises:
        CheckpointError: there is none of that name.
    """
    root = weights_dir() if root is None else Path(root)
    if name not in {path.name for path in root.glob("*") if path.is_dir()}:
        known = ", ".join(shelf(root).configs) or "none"
        raise CheckpointError(f"There is no checkpoint '{name}'. Available: {known}.")
    return root / name


def drop_weights(folder: Path) -> Config:
    """Delete a checkpoint's weights and keep its config, curve and scores.

    Raises:
        CheckpointError: the checkpoint is not whole.
    """
    config = replace(read_config(folder), scores_only=True)
    write_config(folder, config)
    (folder / config.weights_file).unlink(missing_ok=True)
    return config


def write_config(folder: Path, config: Config) -> None:
    """Write a checkpoint's config.json: its facts, and what the hub opens it with."""
    facts = {key: value for key, value in asdict(config).items() if key != "name"}
    if config.car is None:
        del facts["car"]
    text = json.dumps(_hub_facts(config) | facts, indent=2)
    write_atomically(folder / CONFIG_FILE, text + "\n")


def _hub_facts(config: Config) -> dict[str, Any]:
    """The class of a network and its keywords, as the hub's ``from_pretrained`` reads them."""
    if config.architecture not in ARCHITECTURES:
        return {}
    kind = ARCHITECTURES[config.architecture]
    keywords = kind.keywords(config.classes, **config.arguments)
    return {"_model_class": kind.class_name} | keywords


def rewrite_config(folder: Path) -> Config:
    """Write a checkpoint's config.json anew, as this version writes it; no fact changes.

    Raises:
        CheckpointError: the folder is no checkpoint.
    """
    config = stated_config(folder)
    write_config(folder, config)
    return config
