"""Presets: everything a training run is, as data, with its reasons."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from carseg.grid import Size

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


@dataclass(frozen=True)
class Phase:
    """A stretch of training at one grid: ``pictures`` seen at ``size`` in batches of ``batch``."""

    size: Size
    pictures: int
    batch: int


@dataclass(frozen=True)
class Preset:
    """A run.

    Attributes:
        architecture, arguments: what ``carseg.models.build`` takes.
        encoder: where the encoder starts (``random``, ``imagenet``).
        frozen: parts that are not trained and stay in ``eval()``, by module prefix.
        learning_rate: the peak of the one-cycle schedule.
        mean, std: the input's normalisation, stored with the weights.
        order: place in lists.  limits: known failures, a sentence each.
    """

    title: str
    summary: str
    architecture: str
    phases: tuple[Phase, ...]
    learning_rate: float
    arguments: dict[str, Any] = field(default_factory=dict)
    encoder: str = "random"
    frozen: tuple[str, ...] = ()
    augmentation: str = "flip-light"
    loss: str = "bce+dice"
    weight_decay: float = 1e-4
    mean: tuple[float, float, float] = IMAGENET[0]
    std: tuple[float, float, float] = IMAGENET[1]
    order: int = 100
    limits: tuple[str, ...] = ()

    @property
    def pictures(self) -> int:
        """Pictures seen in all."""
        return sum(phase.pictures for phase in self.phases)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for config.json."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Preset":
        """The preset that ``as_dict`` wrote, also after a trip through JSON."""
        phases = tuple(Phase(tuple(p["size"]), p["pictures"], p["batch"]) for p in values["phases"])
        listed = {k: tuple(values[k]) for k in ("mean", "std", "frozen", "limits") if k in values}
        return cls(**{**values, **listed, "phases": phases})


_ONE_STUDIO = (
    "It knows one studio: a grey floor, a white wall, even light, one whole car in a 3:2 picture."
)
_NEVER_SEEN = (
    "Several cars, people in front of a car, cut-off cars and night were never in its training."
)

# 31 M parameters from nothing cost half a second a picture on two cores: the coarse shape is mostly
# learned at a third of the pixels, the edges afterwards at the reported grid.
_SCRATCH = Preset(
    title="U-Net, from scratch",
    summary="The classic U-Net. It has seen nothing but Carvana's studio.",
    architecture="unet",
    phases=(Phase((96, 144), 4096, 8), Phase((160, 240), 5120, 8)),
    learning_rate=1e-3,
    order=10,
    limits=(
        _ONE_STUDIO,
        "On the street it finds nearly all of the car but takes hedges, walls and road for car as "
        "well: recall 0.99, precision 0.48 on 96 street photos.",
        "In the studio it misses mirrors and the rails of light roofs, and fills the dark gap "
        "under a car.",
        _NEVER_SEEN,
    ),
)
# Frozen as the published one: only the decoder learns, so the encoder costs a forward pass.
_VGG16 = Preset(
    title="U-Net on VGG16",
    summary="A U-Net whose encoder learned from ImageNet; only its decoder learned on cars.",
    architecture="smp-unet-vgg16",
    encoder="imagenet",
    frozen=("encoder",),
    phases=(Phase((96, 144), 4096, 8), Phase((160, 240), 8192, 8)),
    learning_rate=1e-3,
    order=20,
    limits=(
        _ONE_STUDIO,
        "On the street it finds nearly all of the car but takes much of its surroundings for car "
        "as well, in ragged pieces: recall 0.99, precision 0.44 on 96 street photos, a little "
        "worse than the U-Net from scratch.",
        "In the studio it loses bright reflections on light paint, mirrors and roof rails.",
        _NEVER_SEEN,
    ),
)

PRESETS: dict[str, Preset] = {
    "unet-scratch": _SCRATCH,
    "unet-vgg16": _VGG16,
    # --from unet-vgg16: smp's decoder has no skip at full size, so its edges are as coarse as half
    # the grid, and 160x240 ended at 0.988 on validation cars. A finer grid is what it lacks.
    "unet-vgg16-fine": replace(_VGG16, phases=(Phase((320, 480), 1536, 8),), learning_rate=3e-4),
    # --from the last: a frozen encoder stayed at 0.989; let it learn along, gently, for the edges.
    "unet-vgg16-tuned": replace(
        _VGG16,
        summary="A U-Net whose encoder learned from ImageNet and was tuned on cars at the end.",
        frozen=(),
        phases=(Phase((320, 480), 512, 8),),
        learning_rate=1e-4,
    ),
}
