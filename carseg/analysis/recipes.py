"""How checkpoints were made, and how two of them differ."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from carseg.models import ARCHITECTURES
from carseg.models.checkpoint import Config

ONE_THING = {
    "start": "what the pretrained start of the encoder adds",
    "augmentation": "what the other training views add",
    "seed": "the chance of a training run",
    "network": "what the architecture adds",
    "frozen": "what training the encoder too adds",
    "pictures seen": "what longer training adds",
}
"""What a comparison shows if nothing else differs."""

FIRST_RECIPE = (((96, 144), 4_064), ((160, 240), 8_128), ((320, 480), 1_016))
SECOND_RECIPE = (((96, 144), 4_064), ((160, 240), 24_384))
"""Grid and pictures of each phase of the two recipes that compared networks were trained in."""

_COUNTED = 160 * 240
_SEED = re.compile(r"-s\d+$")


def recipe_name(model: str) -> str:
    """The recipe that a checkpoint is a seed of: ``light-s2`` is a seed of ``light``."""
    return _SEED.sub("", model)


def runs_of(recipe: str, models: Iterable[str]) -> list[str]:
    """The models that are runs of this recipe, with any seed, by name."""
    return sorted(model for model in models if recipe_name(model) == recipe)


def superseded(configs: Mapping[str, Config]) -> frozenset[str]:
    """The checkpoints of the first recipe, once one of the second is there.

    They have tables of their own and enter no comparison: a comparison never mixes recipes.
    """
    ways = {name: _phases(config) for name, config in configs.items()}
    if SECOND_RECIPE not in ways.values():
        return frozenset()
    return frozenset(name for name, way in ways.items() if way == FIRST_RECIPE)


def _phases(config: Config) -> tuple[tuple[tuple[int, ...], int], ...]:
    """Grid and pictures of each phase of a checkpoint's last run."""
    phases = config.preset.get("phases", ())
    return tuple((tuple(phase["size"]), phase["pictures"]) for phase in phases)


def multiply_adds_seen(config: Config) -> float:
    """The multiply-adds of the network's forward passes in its training; 0 if not recorded.

    They are counted at 160x240 (``Config.multiply_adds``), and cost in proportion to the pixels.
    The backward pass costs about twice as much again for what is trained, and is not counted here.
    """
    seen = sum(size[0] * size[1] * pictures for size, pictures in _phases(config))
    return config.multiply_adds * seen / _COUNTED


def presets_of(config: Config) -> list[Mapping[str, Any]]:
    """The presets of a checkpoint's runs, first to last; {} for a run that is not recorded."""
    return [preset for preset, _ in _runs(config)]


def phases(config: Config) -> list[str]:
    """The pictures seen at each grid, first to last: '4,064 at 96x144'.

    A run that ended early, or whose network is a snapshot, did not do all of its preset.
    """
    words = []
    for preset, left in _runs(config):
        for phase in preset.get("phases", ()):
            seen = phase["pictures"] if left is None else min(phase["pictures"], left)
            left = None if left is None else left - seen
            words += [f"{seen:,} at {phase['size'][0]}x{phase['size'][1]}"] if seen else []
    return words


def _runs(config: Config) -> list[tuple[Mapping[str, Any], int | None]]:
    """The presets of ``presets_of``, and how many pictures each run has seen; None: unknown."""
    runs: list[tuple[Mapping[str, Any], int | None]] = []
    preset, trained, seen = config.preset, config.trained, config.pictures_seen
    while base := trained.get("base"):
        before = base.get("pictures_seen", 0)
        runs.append((preset, seen - before if before and seen else None))
        preset, trained, seen = base.get("preset", {}), base.get("trained", {}), before
    return [*runs, (preset, seen or None)][::-1]


def training_views(preset: Mapping[str, Any]) -> str:
    """What a preset learns from: 'studio', 'street', 'street, carparts (photo)'; '' if unknown."""
    if streams := preset.get("streams"):
        words = [
            stream["augmentation"]
            if stream["dataset"] == "carvana"
            else f"{stream['dataset']} ({stream['augmentation']})"
            for stream in streams
        ]
        return ", ".join(words)
    older = preset.get("augmentation", "")
    return f"studio ({older})" if older else ""


def recipe(config: Config) -> dict[str, str]:
    """How a checkpoint was made, label to words. What its config does not state is left out."""
    presets = presets_of(config)
    known = ARCHITECTURES.get(config.architecture)
    lines = {
        "network": " ".join([known.title if known else config.architecture, *_extra(config)]),
        "start": config.pretrained,
        "normalisation": _normalisation(config),
        "frozen": _through(", ".join(p["frozen"]) or "nothing" for p in presets if "frozen" in p),
        "augmentation": _through(training_views(preset) for preset in presets),
        "pictures seen": f"{config.pictures_seen:,}" if config.pictures_seen else "",
        "grids": ", ".join(phases(config)),
        "loss": _through(preset.get("loss", "") for preset in presets),
        "learning rate": _through(str(preset.get("learning_rate", "")) for preset in presets),
        "weight decay": _through(str(preset.get("weight_decay", "")) for preset in presets),
        "runs": str(len(presets)) if config.preset else "",
        "seed": str(config.trained.get("seed", "")),
    }
    return {label: words for label, words in lines.items() if words}


def _normalisation(config: Config) -> str:
    rows = (" ".join(f"{v:g}" for v in values) for values in (config.mean, config.std))
    return "mean {}, spread {}".format(*rows)


def _extra(config: Config) -> list[str]:
    return [f"({key} {value})" for key, value in sorted(config.arguments.items())]


def _through(values: Iterable[str]) -> str:
    """The values in order, without repetition: a, a, b is 'a, then b'."""
    kept: list[str] = []
    for value in values:
        if value and (not kept or kept[-1] != value):
            kept.append(value)
    return ", then ".join(kept)


def differences_of(a: Config, b: Config) -> dict[str, tuple[str, str]]:
    """How two recipes differ: label to a's and b's words.

    A label that only one of the two states is left out.
    """
    first, second = recipe(a), recipe(b)
    return {
        label: (first[label], second[label])
        for label in first
        if label in second and first[label] != second[label]
    }


def isolates(differing: Iterable[str]) -> str | None:
    """What a comparison shows if two recipes differ in exactly these labels, or None.

    A different seed alone is chance; beside one other difference it does not matter, because any
    two runs differ in it. Pretrained weights need the normalisation of their own training, so it is
    part of the start.
    """
    labels = set(differing)
    if "start" in labels:
        labels -= {"normalisation"}
    rest = labels - {"seed"} or labels
    if rest == {"pictures seen", "grids"}:
        rest = {"pictures seen"}
    return ONE_THING.get(next(iter(rest))) if len(rest) == 1 else None


def starts_pretrained(config: Config) -> bool | None:
    """Whether the encoder of a checkpoint's first run started from pretrained weights.

    None if the run is not recorded.
    """
    first = presets_of(config)[0]
    if "encoder" not in first:
        return None
    known = ARCHITECTURES.get(config.architecture)
    # A network without a pretrained encoder starts at random, whatever the preset says.
    return known is not None and known.encoder is not None and first["encoder"] != "random"


def knows_one_studio(config: Config) -> bool | None:
    """Whether a checkpoint has learned from unchanged studio pictures only.

    None if one of its runs is not recorded and the others learned from nothing else.
    """
    each = [_one_studio(preset) for preset in presets_of(config)]
    return False if False in each else None if None in each else True


def _one_studio(preset: Mapping[str, Any]) -> bool | None:
    if streams := preset.get("streams"):
        return all(
            stream.get("dataset") == "carvana" and stream.get("augmentation") == "studio"
            for stream in streams
        )
    # Presets without streams are older; all of them learned from the studio.
    return True if preset.get("augmentation") else None
