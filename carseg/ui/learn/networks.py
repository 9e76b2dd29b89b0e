"""The networks of the chapters: those on the shelf, or all architectures if it is empty."""

import json
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

import streamlit as st
import torch
from torch import nn

from carseg.imaging.grid import PUBLISHED_GRID, Size, grid_for
from carseg.introspect.receptive_field import skeleton
from carseg.introspect.stages import Stage
from carseg.introspect.trace import trace
from carseg.models import ARCHITECTURES, build
from carseg.models.checkpoint import Config
from carseg.ui.learn.diagram_layout import words_of
from carseg.ui.shared import state, tables
from carseg.ui.shared.choices import worded
from carseg.ui.shared.links import LINKED
from carseg.ui.shared.markdown import plain, shown

NO_WEIGHTS = (
    "The weights folder has no checkpoint, so figures that need trained weights are not shown. The "
    "Models page says how to get one."
)
_PHOTO = (2, 3)
"""(height, width) of the usual picture; only the ratio matters."""


@dataclass(frozen=True)
class Design:
    """An architecture with its arguments, and the checkpoints that use it.

    Attributes:
        architecture, classes, arguments: the arguments of ``build``; ``arguments`` is JSON.
        area: pixels of the grid that it works on.
        names: of the checkpoints on the shelf, best first; empty if there are none.
    """

    architecture: str
    classes: int = 1
    arguments: str = "{}"
    area: int = math.prod(PUBLISHED_GRID)
    names: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The key for links: the name of a checkpoint, or of the architecture."""
        return self.names[0] if self.names else self.architecture

    @property
    def title(self) -> str:
        """The architecture in words, with the arguments that differ from the usual ones."""
        words = [f"{k} {v}" for k, v in json.loads(self.arguments).items()]
        extra = f" ({', '.join(words)})" if words else ""
        return ARCHITECTURES[self.architecture].title + extra

    @property
    def encoder(self) -> str | None:
        """The name of its encoder if it uses a known one, else None."""
        return ARCHITECTURES[self.architecture].encoder

    @property
    def multiple(self) -> int:
        """Both sides of its input are divisible by this."""
        return ARCHITECTURES[self.architecture].multiple_of(json.loads(self.arguments))

    def grid(self, size: Size = _PHOTO) -> Size:
        """(height, width) on which it sees a picture of ``size``, without padding."""
        return grid_for(size, self.area)

    def blank(self) -> nn.Module:
        """The network on the ``meta`` device: without numbers, so it is built at once."""
        with torch.device("meta"):
            return build(self.architecture, self.classes, **json.loads(self.arguments)).eval()


def own_networks() -> dict[str, Config]:
    """The checkpoints that can be looked into: a graph that was brought cannot."""
    known = state.current_shelf().configs
    return {name: config for name, config in known.items() if config.kind == "network"}


def designs() -> dict[str, Design]:
    """The different networks of the shelf by key, or every architecture if it is empty."""
    found = of_configs(own_networks().values())
    if not found:
        found = [Design(name) for name in ARCHITECTURES]
    return {design.key: design for design in found}


def of_configs(configs: Iterable[Config]) -> list[Design]:
    """One design for all checkpoints with the same architecture, arguments and area."""
    names: dict[tuple[str, int, str, int], list[str]] = {}
    for c in configs:
        arguments = json.dumps(dict(c.arguments), sort_keys=True)
        names.setdefault((c.architecture, c.classes, arguments, c.area), []).append(c.name)
    return [Design(*alike, tuple(some)) for alike, some in names.items()]


def choose_model() -> str:
    """Draw the choice of a checkpoint and return its name; '' if there is none."""
    configs = own_networks()
    if not configs:
        return ""
    titles = tables.labels({name: config.title for name, config in configs.items()})
    return st.selectbox(
        "Model", list(titles), format_func=worded(titles), key="learn-model", **LINKED
    )


def choose_design(known: Mapping[str, Design]) -> Design:
    """Draw the choice of an architecture."""
    titles = titles_of(known)
    key = st.selectbox("Network", list(titles), format_func=worded(titles), key="design", **LINKED)
    return known[key]


def titles_of(known: Mapping[str, Design]) -> dict[str, str]:
    """Titles by key, all different: the grid follows if titles differ in nothing else."""
    often = Counter(design.title for design in known.values())
    return {
        key: design.title
        if often[design.title] == 1
        else f"{design.title}, at {words_of(design.grid())}"
        for key, design in known.items()
    }


def of_model(model: str) -> Design:
    """The design of a checkpoint of the shelf."""
    return next(design for design in designs().values() if model in design.names)


def shelf_titles(design: Design) -> str:
    """The checkpoints of a design in words, or that there are none; Markdown."""
    known = state.current_shelf().configs
    # In italics, because titles contain commas.
    titles = (f"*{plain(known[name].title)}*" for name in design.names if name in known)
    return ", ".join(titles) or "none here"


@st.cache_data(show_spinner=False, max_entries=64)
def stages_of(design: Design, size: Size = PUBLISHED_GRID) -> list[Stage]:
    """The stages of a forward pass for a picture of ``size``, with the necessary padding."""
    m = design.multiple
    height, width = (-(-side // m) * m for side in size)
    return trace(design.blank(), (height, width))


@st.cache_resource(show_spinner=False, max_entries=32)
def bare(design: Design) -> nn.Module:
    """The design's ``receptive_field.skeleton``."""
    return skeleton(design.blank())


def layer_counts(design: Design) -> Counter:
    """How often each kind of layer is used in one forward pass."""
    steps = (step for stage in stages_of(design) for step in stage.steps)
    return Counter(step.kind for step in steps)


def in_our_networks(kinds: Collection[str]) -> None:
    """Show how often each network uses layers of these kinds."""

    def words(design: Design) -> str:
        counts = layer_counts(design)
        return ", ".join(f"{counts[kind]} {kind}" for kind in kinds if counts[kind]) or "none"

    in_words_of(words)


def in_words(count: Callable[[Design], int], noun: str) -> None:
    """Show how many of something each network has."""

    def words(design: Design) -> str:
        number = count(design)
        return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"

    in_words_of(words)


def in_words_of(words: Callable[[Design], str]) -> None:
    """Show words about each network."""
    # Designs that differ only in the picture's size have the same words.
    unlike = {design.title: design for design in designs().values()}
    told = "; ".join(f"{shown(title)}: {words(design)}" for title, design in unlike.items())
    st.caption(f"Counted in our networks: {told}.")
