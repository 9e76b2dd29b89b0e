"""A photo in, a cut-out out: the shortest way through the library."""

from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image

from carseg.compositing.backgrounds import Colour
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
    photo: Source, model: str | None = None, background: Source | Colour | None = None
) -> Image.Image:
    """The car of a photo, without its surroundings, at the photo's own size.

    The outline follows the photo's edges, and the old background's fringe is taken out of the car's
    colours.

    Args:
        photo: the path of a file, its bytes, a PIL picture, or an RGB uint8 array (H, W, 3).
        model: one of ``list_models()`` (default: ``street-best``, or the first where it is absent).
        background: what comes behind the car: a colour as (red, green, blue) in 0..255 or as
            ``"#rrggbb"``, or another picture, which is cropped to the photo's shape. None:
            nothing.

    Returns:
        an RGBA picture with straight alpha; with a background an RGB picture.

    Raises:
        PictureError: a picture cannot be read.
        CheckpointError: there is no such model.
        BackgroundError: the colour is none.
    """
    rgb = decode(photo)
    behind, own = behind_the_car(background)
    prediction = _predictor().predict(rgb, default_model() if model is None else model)
    made = Rendered(rgb, prediction, Look(background=behind))
    return Image.fromarray(made.view("cutout" if background is None else "background", own))


class BackgroundError(CarsegError):
    """What was given as a background is none; the message says what is."""


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
