"""Presets: everything that defines a training run, as data, with reasons."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from carseg.imaging.grid import Size


@dataclass(frozen=True)
class Phase:
    """A stretch of training at one grid: ``pictures`` seen at ``size`` in batches of ``batch``."""

    size: Size
    pictures: int
    batch: int = 8


@dataclass(frozen=True)
class Stream:
    """A data set in a pass: how its pictures are changed, and how often each one occurs."""

    dataset: str = "carvana"
    augmentation: str = "studio"
    repeat: int = 1


@dataclass(frozen=True)
class Teaching:
    """What a network learns from a larger one, which answers views once.

    Attributes:
        teacher: the name of a checkpoint.
        share: of its answer in what is learned; the rest is the truth. Where the truth is
            estimated, its answer stands alone.
        views: how many are made and answered. They are kept, and seen again with small changes.
        size: their grid, best that of the teacher.
    """

    teacher: str
    share: float
    views: int
    size: Size


# The second recipe, for every network that is compared: seven passes over the studio's train cars.
# The coarse shape is learned cheaply from small pictures. The other six passes, with the end of the
# one cycle that anneals to zero, have the size that the network is used on. The first recipe had
# 3.25 passes and ended on 320x480: this cost the light network 0.0024 Dice at 160x240.
FAIR2 = (Phase((96, 144), 4_064), Phase((160, 240), 24_384))
LOG_SPACED = (64, 128, 256, 512, 1_024, 2_048, 4_064, 8_128, 16_256, 28_448)
"""A snapshot is saved after these numbers of pictures, for the line of studio and street scores."""
DESCRIPTIVE_FIELDS = ("title", "summary", "order", "opens", "limits", "area", "families")
"""Fields that describe a preset and change nothing in a run."""
USE_AREA = 160 * 240
_STUDIO = (Stream("carvana", "studio"),)
_STREET = (Stream("carvana", "street"),)


@dataclass(frozen=True)
class Preset:
    """A run.

    Attributes:
        architecture, arguments: what ``carseg.models.build`` takes.
        encoder: where the encoder starts (``random``, ``imagenet``, ``teacher``).
        frozen: parts that are not trained and stay in ``eval()``, by module prefix.
        learning_rate: the peak of the one-cycle schedule.
        encoder_share: the encoder's rate as a share of that rate, above 0.
        unit_activations: scale the encoder's layers to a mean activation of 1 first
            (``carseg.models.encoders.scale_to_unit_activations``).
        average: decay of the running average of the weights.
        streams: the training data.  loss: a name in ``carseg.train.losses``.
        snapshots: picture counts after which the network is saved, to be scored.
        order: place in lists.  opens: Compare opens with it.
        limits: known failures, a sentence each.
        families: titles of the squares of start and training views that it is a corner of
            (``carseg.train.families``).
        teaching: what it learns from a larger network; None: from the truth alone.
        area: pixels of the grid that the network is used on. Like the rate, it is chosen on
            validation pictures. None: as many as in the last phase.
    """

    title: str
    summary: str
    architecture: str
    learning_rate: float
    encoder_share: float = 1.0
    phases: tuple[Phase, ...] = FAIR2
    streams: tuple[Stream, ...] = _STUDIO
    arguments: dict[str, Any] = field(default_factory=dict)
    encoder: str = "random"
    frozen: tuple[str, ...] = ()
    unit_activations: bool = False
    average: float = 0.999
    loss: str = "bce+dice"
    weight_decay: float = 1e-4
    snapshots: tuple[int, ...] = LOG_SPACED
    order: int = 100
    opens: bool = False
    limits: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    area: int | None = None
    teaching: Teaching | None = None

    @property
    def pictures(self) -> int:
        """Pictures seen in all."""
        return sum(phase.pictures for phase in self.phases)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for config.json."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Preset":
        """The preset that ``as_dict`` wrote, also after it was stored as JSON."""
        phases = tuple(Phase(tuple(p["size"]), p["pictures"], p["batch"]) for p in values["phases"])
        streams = tuple(Stream(**stream) for stream in values["streams"])
        listed: dict[str, Any] = {k: tuple(values[k]) for k in ("frozen", "snapshots", "limits")}
        listed["families"] = tuple(values.get("families", ()))
        if taught := values.get("teaching"):
            listed["teaching"] = Teaching(**{**taught, "size": tuple(taught["size"])})
        return cls(**{**values, **listed, "phases": phases, "streams": streams})


_ONE_STUDIO = (
    "It knows one studio: a grey floor, a white wall, even light, one whole car in a 3:2 picture.",
    "Several cars, people in front of a car, cut-off cars and night were never in its training.",
)
_PASTED = (
    "Its other backgrounds are pasted ones: no car in its training cast a shadow on the street or "
    "reflected it.",
    "Night, snow, rain and things in front of a car were never in its training.",
)

# Rates (``carseg rates``): of 3e-4 and 1e-3, the latter did better on MobileNetV2; of 1e-4, 3e-4
# and 1e-3, the second on the TransUNet (120 steps each), the last on the frozen VGG16 (200 steps).
# The tuned VGG16 in 200 steps, Dice on validation cars / photographs, at the encoder's share of 1
# and 0.1: 1e-3 0.9775 / 0.695 and 0.9798 / 0.719, 3e-4 0.9759 / 0.699 and 0.9748 / 0.719,
# 1e-4 0.9610 / 0.699 at 1; at random 1e-3 0.9683 / 0.714, 3e-4 0.9649 / 0.708. The others are those
# that worked in the first release.
_SCRATCH_OR_VGG16 = "U-Net: from scratch, or on VGG16"
_VGG16_STARTS = "U-Net on VGG16: random, or from ImageNet"
_LIGHT_STARTS = "U-Net on MobileNetV2: random, or from ImageNet"
_SCRATCH = Preset(
    area=USE_AREA,
    title="U-Net, from scratch",
    summary="The classic U-Net, with nothing pretrained.",
    architecture="unet",
    learning_rate=1e-3,
    order=10,
    opens=True,
    families=(_SCRATCH_OR_VGG16,),
    limits=(
        "On the street it takes walls, woods, hedges, roads and dark grounds for car, often as one "
        "block around it; a dark car on a plain grey ground was missed altogether.",
        *_ONE_STUDIO,
    ),
)
# The encoder is frozen as in the published network: only the decoder learns, so training the
# encoder costs only a forward pass.
_VGG16 = Preset(
    area=USE_AREA,
    title="U-Net on VGG16, frozen",
    summary="A U-Net whose encoder learned from ImageNet; only its decoder learned on cars.",
    architecture="smp-unet-vgg16",
    learning_rate=1e-3,
    encoder="imagenet",
    unit_activations=True,
    frozen=("encoder",),
    order=20,
    opens=True,
    limits=(
        "Dark halls and grounds are taken for car, and so are walls, hedges and shadows right "
        "beside one; noses and wheels of small cars are lost.",
        *_ONE_STUDIO,
    ),
)
# The pair that separates pretraining from architecture: nothing differs but the encoder's start and
# its rate, which is chosen for each start.
_VGG16_TUNED = replace(
    _VGG16,
    title="U-Net on VGG16, fine-tuned",
    summary="A U-Net whose encoder learned from ImageNet and then, with all layers, on cars.",
    frozen=(),
    encoder_share=0.1,
    families=(_SCRATCH_OR_VGG16, _VGG16_STARTS),
    order=30,
    opens=False,
    limits=(
        "Outside of the studio it takes nearly everything that is neither a bright floor nor a "
        "bright sky for car: walls, trees, roads and dark grounds around the car.",
        *_ONE_STUDIO,
    ),
)
_LIGHT = Preset(
    area=USE_AREA,
    title="U-Net on MobileNetV2",
    summary="The light one: an encoder from ImageNet, all layers trained on cars.",
    architecture="smp-unet-mobilenet_v2",
    learning_rate=1e-3,
    encoder="imagenet",
    families=(_LIGHT_STARTS,),
    order=40,
    limits=(
        "On the street it takes walls, hedges and woods behind a car for a part of it; it loses "
        "noses and wheels of small cars, and dark cars at night.",
        *_ONE_STUDIO,
    ),
)
_TRANSFORMER = Preset(
    area=USE_AREA,
    title="Dilated TransUNet",
    summary="A slim U-Net, dilated at its first layer, with a transformer where it is coarsest.",
    architecture="transunet-dilated",
    learning_rate=3e-4,
    loss="hybrid",
    order=60,
    limits=(
        "Outside of the studio it takes most of the middle of a picture for car, trees, walls and "
        "dark grounds alike; plain grey roads are mostly left out.",
        *_ONE_STUDIO,
    ),
)
_STREET_WORDS = " Its cars were also cut out and put into other scenes."


def _on_the_street(preset: Preset) -> Preset:
    """The same network, start and number of pictures, with the street's augmentation."""
    return replace(
        preset,
        title=f"{preset.title}, street",
        summary=preset.summary + _STREET_WORDS,
        streams=_STREET,
        order=preset.order + 5,
        opens=False,
        limits=_PASTED,
    )


def _at_random(preset: Preset) -> Preset:
    """The same network whose encoder starts from nothing, as a control."""
    name = preset.title.removesuffix(", fine-tuned")
    return replace(
        preset,
        title=f"{name}, random",
        summary="A control: the same network and training, with nothing pretrained.",
        encoder="random",
        encoder_share=1.0,
        unit_activations=False,
        families=tuple(family for family in preset.families if family != _SCRATCH_OR_VGG16),
        order=preset.order + 2,
        limits=_ONE_STUDIO,
    )


# The one for use: nearly twice as long, with real photographs in half of its views. It is the light
# network for its speed. Its last views are as large as those that it is used on.
_STREET_BEST = replace(
    _LIGHT,
    title="Best for photos",
    summary="The practical one: studio cars in many scenes, and photographs of the street.",
    families=(),
    area=280 * 420,
    snapshots=(),
    streams=(
        Stream("carvana", "outdoors"),
        Stream("carparts", "photo", repeat=7),
        Stream("street", "photo", repeat=6),
        Stream("traffic", "traffic", repeat=4),
    ),
    phases=(Phase((160, 240), 24_000), Phase((256, 384), 24_000)),
    order=5,
    opens=True,
    limits=(
        "It takes the shadow under a car, and what a wet floor mirrors, for a part of it.",
        "Dark halls with coloured lights and pictures that are drawn or lettered leave stray "
        "pieces; open bonnets, wings, roof boxes and aerials are lost.",
        "Where there is no car, a large rounded thing (a tent, a kettle) may be taken for one.",
        *_PASTED,
    ),
)
# The best that the light network gives in the studio: finer views that change little, and more than
# twice as many. Light views cost 0.12 on photographs, so it is compared with no other network.
_STUDIO_BEST = replace(
    _LIGHT,
    title="Best for the studio",
    summary="The specialist: it learned long and fine from one studio, and from nothing else.",
    families=(),
    area=240 * 360,
    snapshots=(),
    streams=(Stream("carvana", "light"),),
    phases=(Phase((240, 360), 60_000),),
    order=7,
    limits=(
        "It knows nothing outside of its studio: take it for no photograph of the street.",
        *_ONE_STUDIO,
    ),
)
# The small one: it begins with its teacher's own encoder, without the widest layer, and learns
# what the teacher answers. Its shape was chosen by ``carseg search``. The encoder's first layers,
# at half and at a quarter of the sides, cost half of a step and stay as the teacher has them.
_MINI = Preset(
    title="Small and fast",
    summary="The one for laptops, browsers and cameras: it learned from 'Best for photos'.",
    architecture="mini",
    arguments={"channels": 64, "finest": 4, "block": "inverted"},
    learning_rate=1e-3,
    encoder_share=0.3,
    encoder="teacher",
    frozen=tuple(f"encoder.features.{layer}" for layer in range(4)),
    streams=_STREET_BEST.streams,
    phases=(Phase((224, 336), 4_096),),
    teaching=Teaching("street-best", share=0.5, views=1_536, size=(280, 420)),
    area=224 * 336,
    snapshots=(),
    order=8,
    limits=_PASTED,
)
PRESETS: dict[str, Preset] = {
    "street-best": _STREET_BEST,
    "studio-best": _STUDIO_BEST,
    "car-mini": _MINI,
    "unet-scratch": _SCRATCH,
    "unet-scratch-street": replace(
        _on_the_street(_SCRATCH),
        limits=(
            "It takes house fronts, fences, trailers and the plain or dark background of a car "
            "for a part of it; yellow and orange cars are lost in parts or altogether.",
            *_PASTED,
        ),
    ),
    "unet-vgg16": _VGG16,
    "unet-vgg16-finetuned": _VGG16_TUNED,
    "unet-vgg16-random": replace(
        _at_random(_VGG16_TUNED),
        limits=(
            "Outside of the studio it takes nearly everything but plain roads and bright skies for "
            "car, and most of a picture without one.",
            *_ONE_STUDIO,
        ),
    ),
    "unet-vgg16-random-street": _on_the_street(_at_random(_VGG16_TUNED)),
    # All layers, as its scratch counterpart: a square of start and augmentation.
    "unet-vgg16-street": replace(
        _on_the_street(_VGG16_TUNED),
        limits=(
            "It takes plain bright floors, the walls of dark halls and the shadow under a car for "
            "a part of it.",
            *_PASTED,
        ),
    ),
    "unet-mobilenetv2": _LIGHT,
    "unet-mobilenetv2-random": replace(
        _at_random(_LIGHT),
        limits=(
            "Outside of the studio it takes most of what is around a car, and three quarters of a "
            "picture without one, for car.",
            *_ONE_STUDIO,
        ),
    ),
    # The corner that makes the square of the cleanest pair whole.
    "unet-mobilenetv2-random-street": replace(
        _on_the_street(_at_random(_LIGHT)),
        limits=(
            "It takes fences, house fronts, floors and dark halls around a car for a part of it, "
            "and the rim of a turntable; orange and glossy cars lose parts.",
            *_PASTED,
        ),
    ),
    "unet-mobilenetv2-street": replace(
        _on_the_street(_LIGHT),
        limits=(
            "It takes trailers, fences, dark halls and the plain floor of a studio beside a car "
            "for a part of it, and loses windows that mirror the sky.",
            *_PASTED,
        ),
    ),
    "transunet-dilated": _TRANSFORMER,
    "transunet-dilated-without": replace(
        _TRANSFORMER,
        title="Dilated U-Net, no transformer",
        summary="A control: the dilated TransUNet with its transformer left out.",
        arguments={"layers": 0},
        order=62,
        limits=(
            "Outside of the studio it takes most of a picture for car, walls, woods and sky alike; "
            "a silver and orange car before plain grey was lost.",
            *_ONE_STUDIO,
        ),
    ),
    "cnn-plain": Preset(
        area=USE_AREA,
        title="Plain CNN, no skips",
        summary="A control: down and up again without skips, the usual CNN of the literature.",
        architecture="cnn-plain",
        learning_rate=1e-3,
        order=70,
        limits=(
            "Outside of the studio it takes most of the middle of a picture for car, whatever is "
            "there; roads and the corners are left out.",
            *_ONE_STUDIO,
        ),
    ),
}
