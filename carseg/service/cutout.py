"""A photo in, a cut-out out: the shortest way through the library."""

from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image

from carseg.compositing.alike import Alike
from carseg.compositing.backgrounds import Colour
from carseg.compositing.edges import Edges
from carseg.compositing.framing import MOST_MARGIN, FrameError, aspect_ratio
from carseg.compositing.views import Background, Look, hex_colour
from carseg.core.errors import CarsegError
from carseg.imaging.codec import Source, decode
from carseg.inference.predictor import Predictor
from carseg.models.checkpoint import default_model, shelf
from carseg.service.rendered import Rendered


def list_models() -> list[str]:
    """The names of the checkpoints that can be used here, small numbers of ``order`` first.

    They are the folders in ``$CARSEG_WEIGHTS``, or else those that are shipped.
    """
    return list(shelf().configs)


def remove_background(
    photo: Source,
    model: str | None = None,
    background: Source | Colour | None = None,
    *,
    frame: str | None = None,
    margin: float = 8,
    every_car: bool = False,
) -> Image.Image:
    """The car of a photo, without its surroundings, at the photo's own scale.

    The outline follows the photo's edges, and the old background's fringe is taken out of the car's
    colours.

    Args:
        photo: the path of a file, its bytes, a PIL picture, or an RGB uint8 array (H, W, 3).
        model: one of ``list_models()`` (default: ``street-best``, or the first where it is absent).
        background: what comes behind the car: a colour as (red, green, blue) in 0..255 or as
            ``"#rrggbb"``, or another picture, which is cropped to the photo's shape. None:
            nothing.
        frame: the shape of the result, such as ``"4:3"``, with the car in the middle; ``"free"``:
            the car with its margins. None: the whole photo. A photo without a car stays whole.
        margin: around the car in its frame, in per cent of the longer side of its box.
        every_car: show all cars of the photo, not the largest alone.

    Returns:
        an RGBA picture with straight alpha; with a background an RGB picture.

    Raises:
        PictureError: a picture cannot be read.
        CheckpointError: there is no such model.
        BackgroundError: the colour is none.
        FrameError: there is no such frame.
    """
    framed = None if frame is None else alike(frame, margin)
    rgb = decode(photo)
    behind, own = behind_the_car(background)
    prediction = _predictor().predict(rgb, default_model() if model is None else model)
    edges = Edges(cars=() if every_car else None)
    made = Rendered(rgb, prediction, Look(edges, background=behind, frame=framed))
    return Image.fromarray(made.view("cutout" if background is None else "background", own))


class BackgroundError(CarsegError):
    """What was given as a background is none; the message says what is."""


def alike(frame: str, margin: float, scale: str = "photo") -> Alike:
    """A frame that was asked for.

    Raises:
        FrameError: there is none of this shape, or with such a margin.
    """
    aspect_ratio(frame)
    if not 0 <= margin <= MOST_MARGIN:
        raise FrameError(f"A margin has 0 to {MOST_MARGIN} per cent, not {margin:g}.")
    return Alike(frame, margin, scale)


@lru_cache(maxsize=1)
def _predictor() -> Predictor:
    return Predictor()


def behind_the_car(background: Any) -> tuple[Background, np.ndarray | None]:
    """The settings of a background and its picture, if it is one.

    Args:
        background: as ``remove_background`` takes it.

    Raises:
        BackgroundError, PictureError: it is none.
    """
    if background is None:
        return Background(), None
    if isinstance(background, str) and background.startswith("#"):
        return Background(colour=_colour(background)), None
    if isinstance(background, tuple):
        return Background(colour=_checked(background)), None
    return Background(kind="picture"), decode(background)


def _colour(text: str) -> Colour:
    try:
        return _checked(hex_colour(text))
    except ValueError:
        raise _no_colour(text) from None


def _checked(colour: tuple) -> Colour:
    whole = all(isinstance(part, int) and 0 <= part <= 255 for part in colour)
    if len(colour) != 3 or not whole:
        raise _no_colour(colour)
    return colour


def _no_colour(given: Any) -> BackgroundError:
    return BackgroundError(
        f"{given!r} is no colour: give three whole numbers from 0 to 255, or a text such as "
        "'#f0f0ec'."
    )
