"""What a checkpoint's config may ask for: a config from anywhere builds nothing that is too large.

Every architecture names its arguments here, each with its bounds; numbers, texts and lists of a
config have bounds of their own.
"""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict  # pydantic reads this one on Python 3.11

from carseg.core.errors import CarsegError

MOST_CONFIG = 2**20
"""Bytes of a config; the largest one shipped has 4,000."""
MOST_NUMBER = 10**15
"""Whole numbers above are exact neither in JavaScript nor as a float."""
MOST_LETTERS, MOST_ITEMS, MOST_DEPTH = 20_000, 10_000, 32
MOST_PARAMETERS = 500_000_000
"""2 GB in fp32. The largest network that came with carseg has 31 million."""

Side = Annotated[int, Field(ge=16, le=4096)]
Width = Annotated[int, Field(ge=1, le=4096)]
Widths = Annotated[list[Width], Field(min_length=1, max_length=8)]


class BoundsError(CarsegError):
    """A value of a config that is out of its bounds; the text names it."""


@with_config(extra="forbid")
class PlainArguments(TypedDict, total=False):
    """Arguments of our convolutional networks."""

    in_channels: Literal[3]
    widths: Widths


@with_config(extra="forbid")
class TransformerArguments(PlainArguments, total=False):
    """Arguments of the network with a transformer."""

    layers: Annotated[int, Field(ge=0, le=48)]
    heads: Annotated[int, Field(ge=1, le=64)]
    mlp: Annotated[int, Field(ge=1, le=16_384)]


@with_config(extra="forbid")
class MiniArguments(TypedDict, total=False):
    """Arguments of the small network."""

    width: Annotated[float, Field(ge=0.1, le=2)]
    depth: Literal[4, 5]
    channels: Annotated[int, Field(ge=8, le=256)]
    block: Literal["separable", "inverted"]
    finest: Literal[2, 4]


@with_config(extra="forbid")
class SmpArguments(TypedDict, total=False):
    """Arguments of smp's U-Net. Its encoder and where that starts are the architecture's alone."""

    in_channels: Literal[3]
    encoder_depth: Literal[5]
    decoder_channels: Annotated[list[Width], Field(min_length=5, max_length=5)]
    decoder_use_norm: bool | Literal["batchnorm", "identity", "layernorm", "instancenorm"]
    decoder_use_batchnorm: bool
    decoder_attention_type: Literal["scse"] | None
    decoder_interpolation: Literal["nearest", "bilinear", "bicubic"]


@with_config(extra="forbid")
class GraphArguments(TypedDict, total=False):
    """How a graph that a user brought is used.

    Attributes:
        size: (height, width) of its input, where it takes one only; the picture is squashed to it.
        multiple: what both sides of its input must be divisible by, where it takes any.
        layout: ``nchw`` or ``nhwc``, of input and output.
        colours: the order of the channels, ``rgb`` or ``bgr``.
        output: the name of the output to read; '' for the first.
        activation: what makes probabilities of that output: ``sigmoid``, ``softmax`` (of all
            channels), ``none`` (it holds probabilities) or ``labels`` (it holds numbers of
            classes).
        licence, source: of the graph, in words.
    """

    size: Annotated[list[Side], Field(min_length=2, max_length=2)] | None
    multiple: Annotated[int, Field(ge=1, le=1024)]
    layout: Literal["nchw", "nhwc"]
    colours: Literal["rgb", "bgr"]
    output: Annotated[str, Field(max_length=200)]
    activation: Literal["sigmoid", "softmax", "none", "labels"]
    licence: Annotated[str, Field(max_length=500)]
    source: Annotated[str, Field(max_length=500)]


_RULES: dict[type, TypeAdapter[Any]] = {
    PlainArguments: TypeAdapter(PlainArguments),
    TransformerArguments: TypeAdapter(TransformerArguments),
    MiniArguments: TypeAdapter(MiniArguments),
    SmpArguments: TypeAdapter(SmpArguments),
    GraphArguments: TypeAdapter(GraphArguments),
}


def check_arguments(kind: type, arguments: Mapping[str, Any]) -> None:
    """Raise BoundsError if an architecture's class cannot be called with these arguments.

    Args:
        kind: one of the classes above.
    """
    try:
        _RULES[kind].validate_python(dict(arguments), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(["arguments", *map(str, first["loc"])])
        raise BoundsError(f"{short(where)!r}: {first['msg']}") from None


def check_values(value: Any, where: str = "", depth: int = 0) -> None:
    """Raise BoundsError at the first number, text or list that is larger than any that is meant.

    Args:
        value: what JSON can hold.  where: the place of ``value`` in it, for the message.
    """
    if depth > MOST_DEPTH:
        raise BoundsError(f"{where!r}: it is nested too deeply")
    if isinstance(value, str | list | tuple | dict) and len(value) > _most(value):
        raise BoundsError(f"{where!r}: it is longer than {_most(value):,}")
    if isinstance(value, str) and "\0" in value:
        raise BoundsError(f"{where!r}: it has characters that cannot be shown")
    if isinstance(value, dict):
        for key, item in value.items():
            check_values(item, f"{where}.{short(str(key))}".lstrip("."), depth + 1)
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            check_values(item, f"{where}.{number}", depth + 1)
    elif isinstance(value, int) and abs(value) > MOST_NUMBER:
        raise BoundsError(f"{where!r}: it is beyond {MOST_NUMBER:,}")
    elif isinstance(value, float) and not math.isfinite(value):
        raise BoundsError(f"{where!r}: it is not a finite number")


def _most(value: str | list | tuple | dict) -> int:
    return MOST_LETTERS if isinstance(value, str) else MOST_ITEMS


def short(text: str) -> str:
    """A key as it can stand in a sentence."""
    return text if len(text) <= 60 else f"{text[:59]}…"
