"""The parts of a traced network: layers, and stages of layers at one resolution."""

from dataclasses import dataclass, field
from typing import NamedTuple

JOIN, UPSAMPLE, PICTURE = "join", "upsample", "picture"


@dataclass(frozen=True)
class TracedLayer:
    """One layer's work.

    Attributes:
        name: of the layer in the network; empty for a function.
        kind: the layer's class, or ``JOIN``, ``UPSAMPLE``, ``PICTURE``.
        shape: of its output without the batch: (channels, h, w) or (values,).
        detail: kernel, stride and the like in words.
        parameters: trained numbers.  multiply_adds: of convolutions and linear layers.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    detail: str = ""
    parameters: int = 0
    multiply_adds: int = 0


class Skip(NamedTuple):
    """A map that is joined later: the number of its stage, and its shape (channels, h, w)."""

    source: int
    shape: tuple[int, ...]


@dataclass
class Stage:
    """All steps in a row at one resolution.

    Attributes:
        level: how often the sides were halved; vectors stand below the coarsest map.
        skips: the maps of earlier stages that are joined here.
    """

    level: int
    steps: list[TracedLayer] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of its last output."""
        return self.steps[-1].shape

    @property
    def parameters(self) -> int:
        """Of all its layers."""
        return sum(step.parameters for step in self.steps)

    @property
    def multiply_adds(self) -> int:
        """Of all its layers."""
        return sum(step.multiply_adds for step in self.steps)
