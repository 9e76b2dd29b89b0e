"""Background: the surroundings blend into others; the true mask keeps the car.

The car is cut out with the true mask and keeps its own colours, so light from the studio's wall
stays at its edge as a faint rim. This rim and the cut itself are cues that a real street does not
give. To measure their effect, the control pastes the car in the same way into another studio.
"""

from dataclasses import replace

import cv2
import numpy as np

from carseg.compositing.backgrounds import fitted
from carseg.dials.drawn_street import drawn_street
from carseg.dials.effect import LabelledPicture, Materials, make_effect, strength
from carseg.dials.filters import mix
from carseg.dials.inpaint import without_car
from carseg.dials.seeded import lazily, one_of

# The share of the new surroundings. A fifth looks like a stain on the studio's wall; from half on
# the car seems to stand there.
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
    """A drawn street."""
    return _placed(sample, drawn_street(draw, sample.truth.shape), severity, draw)


def photo(
    sample: LabelledPicture, severity: float, draw: np.random.Generator, materials: Materials
) -> LabelledPicture:
    """A photograph without a car, mirrored or not. Without photographs: a drawn street."""
    size = sample.truth.shape
    picture, mirrored = lazily(materials.backgrounds, draw), draw.random() < 0.5
    surroundings = drawn_street(draw, size) if picture is None else fitted(picture, size)
    return _placed(sample, surroundings[:, ::-1] if mirrored else surroundings, severity, draw)


def _studio(
    sample: LabelledPicture, severity: float, draw: np.random.Generator, materials: Materials
) -> LabelledPicture:
    """Another car's studio picture without that car. Without others: its own, mirrored."""
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
    return replace(sample, rgb=mix(sample.rgb, surroundings, strength(BLEND, severity) * share))


BACKGROUND_EFFECTS = (
    make_effect(
        "background.grey",
        "Grey",
        "The surroundings turn to a flat grey; strength is the share of it, up to all.",
        grey,
    ),
    make_effect(
        "background.generated",
        "Drawn street",
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
        "A control: the car is pasted in the same way, but into an empty studio. What it costs is "
        "due to the pasting, not to the background.",
        _studio,
    ),
)
