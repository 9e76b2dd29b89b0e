"""How a stranger's graph is used: what its shapes and a try-out say, where nobody says it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from carseg.data.pairs import Pair
from carseg.data.samples import one_of_each, samples
from carseg.evaluation.loaded_pairs import read
from carseg.imaging.grid import resize_picture
from carseg.inference.engines.brought import BroughtEngine
from carseg.inference.engines.engine import Way, probabilities
from carseg.inference.engines.graph import Run
from carseg.inference.engines.onnx import opened, run_of
from carseg.inference.export.parity import Sample, dice
from carseg.inference.prediction import Prediction
from carseg.inference.stranger import Graph, StrangerError, Tensor
from carseg.models.checkpoint import BROUGHT, Config
from carseg.models.profiles import (
    BYTES,
    CAR_IN,
    CENTRED,
    HALF,
    IMAGENET,
    PLAIN,
    PROFILES,
    Profile,
    graph_arguments,
)

FREE_SIDE, FREE_MULTIPLE = 512, 32
"""The input of a graph that takes any size, if nobody says: so large, in steps of so many."""
PLACE = 500
"""Brought models come after ours."""
TRIED = {
    "ImageNet's mean and spread": IMAGENET,
    "mean 0.5, spread 0.5": HALF,
    "mean 0.5, spread 1": CENTRED,
    "0 to 1": PLAIN,
    "0 to 255": BYTES,
}
"""Ways to normalise that are common, in words."""


class AddError(StrangerError):
    """A graph that cannot be added as it is; the message says what to give."""


@dataclass(frozen=True)
class AddOptions:
    """A graph, and what is known of it. A field that is None is of the profile, or guessed.

    Attributes:
        like: a key of PROFILES.
        size: (height, width) of its input.
        mean, std: RGB, on values in 0..1.
        layout, colours, output, activation, licence, source: as in
            ``carseg.models.bounds.GraphArguments``.
        car: the number of the channel or class that is the car, from 0.
    """

    file: Path
    name: str
    like: str | None = None
    title: str | None = None
    size: tuple[int, int] | None = None
    mean: tuple[float, float, float] | None = None
    std: tuple[float, float, float] | None = None
    layout: str | None = None
    colours: str | None = None
    output: str | None = None
    activation: str | None = None
    car: int | None = None
    threshold: float = 0.5
    licence: str | None = None
    source: str | None = None

    @property
    def profile(self) -> Profile | None:
        """The family, if one was named."""
        return PROFILES[self.like] if self.like else None


def with_input(options: AddOptions, graph: Graph, why: dict[str, str]) -> Config:
    """A config whose input is decided, so that the graph can be tried out.

    Args:
        why: gets a line for each thing that was guessed.

    Raises:
        AddError: something is not known and cannot be guessed. All functions here raise it.
    """
    shape, profile = graph.image.shape, options.profile
    known = [output.name for output in graph.outputs]
    if options.output not in (None, *known):
        raise AddError(f"The graph has no output '{options.output}'. It has: {', '.join(known)}.")
    layout = options.layout or ("nhwc" if shape[3] == 3 and shape[1] != 3 else "nchw")
    sides = shape[1:3] if layout == "nhwc" else shape[2:4]
    colours = shape[3] if layout == "nhwc" else shape[1]
    if colours not in (3, None):
        raise AddError(f"'{options.file.name}' takes pictures of {colours} colours: 3 are needed.")
    size, area = options.size, 0
    if None not in sides:
        fixed = (int(sides[0] or 0), int(sides[1] or 0))
        if size not in (None, fixed):
            raise AddError(f"The graph takes {fixed[0]}x{fixed[1]} only: leave out --size.")
        size = fixed
        why["input"] = f"{size[0]}x{size[1]}, because the graph takes no other size"
    elif size is None and profile is not None:
        size = (profile.side, profile.side)
    elif size is None:
        area = FREE_SIDE**2
        why["input"] = f"any size; about {area:,} pixels in steps of {FREE_MULTIPLE}, a guess"
    if options.layout is None:
        why["layout"] = f"{layout}, by the place of the 3 colours in {_words(graph.image)}"
    area = area or math.prod(size or ())
    return _config(options, graph, size=size, area=area, layout=layout)


def _config(
    options: AddOptions, graph: Graph, *, size: tuple[int, int] | None, area: int, layout: str
) -> Config:
    profile = options.profile
    mean, std = profile.normalisation if profile else IMAGENET
    title = options.title or (profile.title if profile else options.name)
    return Config(
        name=options.name,
        title=f"{title} (brought)",
        summary=profile.summary if profile else "An ONNX graph that was brought.",
        architecture=BROUGHT,
        area=area,
        mean=options.mean or mean,
        std=options.std or std,
        sha256="0" * 64,
        bytes=0,
        arguments=graph_arguments(
            size=list(size) if size else None,
            multiple=1 if size else FREE_MULTIPLE,
            layout=layout,
            colours=options.colours or "rgb",
            output=options.output or graph.outputs[0].name,
            licence=options.licence or (profile.licence if profile else "not stated"),
            source=options.source or (profile.source if profile else "") or "not stated",
        ),
        threshold=options.threshold,
        order=PLACE,
        pretrained="not stated",
        parameters=graph.parameters,
        limits=("It was brought: what it learned from is not known here.",),
    )


def with_output(
    options: AddOptions,
    outputs: Sequence[Tensor],
    draft: Config,
    answer: dict[str, Any],
    why: dict[str, str],
) -> Config:
    """The config with what makes probabilities of the output that was tried out."""
    name, shape = draft.arguments["output"], answer["shape"]
    kind = next(o.type for o in outputs if o.name == name)
    if options.output is None and len(outputs) > 1:
        why["output"] = f"'{name}', the first of {len(outputs)}"
    channels = _channels(shape, draft.arguments["layout"])
    within = answer["low"] >= -1e-6 and answer["high"] <= 1 + 1e-6
    whole = "int" in kind
    profile = options.profile
    how = options.activation or (profile.activation if profile else None)
    if how is None:
        how = "labels" if whole else "none" if within else "softmax" if channels > 1 else "sigmoid"
        ends = f"{answer['low']:.3g} to {answer['high']:.3g}"
        why["activation"] = f"{how}, because the output is {kind} from {ends}"
    car = _car(options, channels, how, why)
    classes = max(channels, (car or 0) + 1) if how == "labels" else channels
    if car is not None and car >= classes:
        raise AddError(f"The graph has {classes} channels, numbered from 0: there is no {car}.")
    return replace(draft, classes=classes, car=car, arguments=draft.arguments | {"activation": how})


def _channels(shape: Sequence[int], layout: str) -> int:
    if len(shape) == 4:
        return int(shape[3] if layout == "nhwc" and shape[3] < shape[1] else shape[1])
    if len(shape) in (2, 3):
        return 1
    raise AddError(f"The output of shape {tuple(shape)} is no map of the picture: give --output.")


def _car(options: AddOptions, channels: int, how: str, why: dict[str, str]) -> int | None:
    if options.car is not None:
        return options.car
    if channels == 1 and how != "labels":
        return None
    car = 1 if channels == 2 else CAR_IN.get(channels)
    if car is None:
        raise AddError(
            f"The graph tells {'several' if how == 'labels' else channels} classes apart: say "
            "which one is the car with --car, from 0 (PASCAL VOC: 7, Cityscapes: 13, ADE20K: 20)."
        )
    why["car"] = f"class {car}, as usual where there are {channels}"
    return car


def with_normalisation(
    options: AddOptions, image: Tensor, draft: Config, why: dict[str, str]
) -> Config:
    """The common normalisation with which the graph finds the cars of the samples best."""
    if image.type == "uint8":
        why["normalisation"] = "0 to 255, because the input is uint8"
        return replace(draft, mean=BYTES[0], std=BYTES[1])
    run = run_of(opened(options.file), draft.arguments["output"])
    tried = {words: replace(draft, mean=mean, std=std) for words, (mean, std) in TRIED.items()}
    known = _pictures()
    found = {words: _mean_dice(run, config, known) for words, config in tried.items()}
    best = max(found, key=lambda words: found[words])
    others = ", ".join(f"{words} {value:.3f}" for words, value in found.items() if words != best)
    why["normalisation"] = (
        f"{best}: mean Dice {found[best]:.3f} on {len(known)} samples, which is the best of the "
        f"common ones ({others})"
    )
    return tried[best]


def _pictures() -> list[Sample]:
    """A studio picture and a street picture of the samples, with their true masks."""
    chosen = one_of_each({n: s for n, s in samples().items() if s.mask}).values()
    loaded = [read(Pair(s.name, s.path, s.mask, s.car)) for s in list(chosen)[:2]]
    return [Sample(one.rgb, one.truth) for one in loaded]


def _mean_dice(run: Run, config: Config, known: Sequence[Sample]) -> float:
    engine = BroughtEngine(run, config, Way("onnx", "float32", "cpu"))
    return float(np.mean([_dice(engine, sample) for sample in known]))


def _dice(engine: BroughtEngine, sample: Sample) -> float:
    size = sample.rgb.shape[:2]
    config = engine.config
    batch = np.stack([resize_picture(sample.rgb, config.grid(size))])
    probability = probabilities(engine.logits(batch), config)[0]
    said = Prediction(config.name, config.sha256, probability, size, config.threshold)
    return dice(said.mask(), sample.truth) if sample.truth is not None else 0.0


def _words(tensor: Tensor) -> str:
    return "x".join("?" if side is None else str(side) for side in tensor.shape)
