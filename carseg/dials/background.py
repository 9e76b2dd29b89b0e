"""Background: the surroundings blend into others, the true mask keeps the car.

The cut is made with the true mask and the picture's own colours: what the studio's light wall left
in the pixels of the car's edge stays there as a faint rim. Such a rim, and the cut itself, are cues
that a street does not give. The control pastes in the same way into a studio, to tell them apart.
"""

import cv2
import numpy as np

from carseg.compositing.backgrounds import fitted
from carseg.dials.drawn_street import drawn_street
from carseg.dials.effect import LabelledPicture, Materials, make_effect, strength
from carseg.dials.filters import mix
from carseg.dials.inpaint import without_car
from carseg.dials.seeded import lazily, one_of

# How much of the new surroundings is seen. A fifth shows as a stain on the studio's wall; from
# half on they are the place where the car stands.
BLEND = (0.0, 0.15, 0.32, 0.52, 0.75, 1.0)

# The spread in pixels by which the edge of the cut is softened, where the short side has 512.
FEATHERS = (0.0, 1.5)
_FEATHER_SIDE = 512

# sRGB levels of the flat grey: from wet asphalt to concrete, all darker than the studio.
GREYS = (70.0, 160.0)


def grey(
    sample: LabelledPicture, severity: float, draw: np.random.Generator, _: Materials
) -> LabelledPicture:
    """One flat grey."""
    return _placed(sample, np.full_like(sample.rgb, draw.uniform(*GREYS)), severity, draw)


def generated(
    sample: LabelledPicture, severity: float, draw: np.random.Generator, _: Materials
) -> LabelledPicture:
    """A made scene."""
    return _placed(sample, drawn_street(draw, sample.truth.shape), severity, draw)


def photo(
    sample: LabelledPicture, severity: float, draw: np.random.Generator, materials: Materials
) -> LabelledPicture:
    """A photograph without a car, mirrored or not; without photographs a made scene."""
    size = sample.truth.shape
    picture, mirrored = lazily(materials.backgrounds, draw), draw.random() < 0.5
    surroundings = drawn_street(draw, size) if picture is None else fitted(picture, size)
    return _placed(sample, surroundings[:, ::-1] if mirrored else surroundings, severity, draw)


def _studio(
    sample: LabelledPicture, severity: float, draw: np.random.Generator, materials: Materials
) -> LabelledPicture:
    """Another car's studio picture without that car; without others its own, mirrored."""
    other = lazily(materials.cars, draw)
    empty = without_car(sample)[:, ::-1] if other is None else without_car(other)
    return _placed(sample, fitted(empty, sample.truth.shape), severity, draw)


def _placed(
    sample: LabelledPicture, surroundings: np.ndarray, severity: float, draw: np.random.Generator
) -> LabelledPicture:
    share: np.ndarray = 1 - sample.truth.astype(np.float32)
    spread = one_of(FEATHERS, draw) * min(sample.truth.shape) / _FEATHER_SIDE
    if spread:
        share = cv2.GaussianBlur(share, (0, 0), spread, borderType=cv2.BORDER_REPLICATE)
    return LabelledPicture(
        mix(sample.rgb, surroundings, strength(BLEND, severity) * share), sample.truth
    )


BACKGROUND_EFFECTS = (
    make_effect(
        "background.grey",
        "Grey",
        "The surroundings turn to a flat grey; strength is the share of it, up to all.",
        grey,
    ),
    make_effect(
        "background.generated",
        "Made scene",
        "The surroundings turn to a drawn street; strength is the share of it, up to all.",
        generated,
    ),
    make_effect(
        "background.photo",
        "Photograph",
        "The surroundings turn to a photograph; strength is the share of it, up to all.",
        photo,
    ),
)
BACKGROUND_CONTROLS = (
    make_effect(
        "background.studio",
        "Another studio picture",
        "A control: pasted as the others are, but into an emptied studio. What it costs is due to "
        "the paste, not to the place.",
        _studio,
    ),
)
