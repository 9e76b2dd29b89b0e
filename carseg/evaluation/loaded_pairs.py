"""Loads pictures with their truth for scoring, and brings masks to the grid of comparison."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from carseg.compositing.edges import Edges, alpha
from carseg.data.pairs import DataError, Pair
from carseg.data.truths import short_path, true_mask
from carseg.imaging import codec
from carseg.imaging.grid import Size, resize_picture
from carseg.imaging.masks import TrueMask
from carseg.imaging.untrusted import MAX_PIXELS, MAX_SIDE, PictureError
from carseg.inference.prediction import Prediction
from carseg.measures.overlap import settled

GRID_WORDS = ("native", "model", "stored")


class LoadedPair(NamedTuple):
    """A pair, decoded for scoring.

    ``rgb`` uint8 (H, W, 3) and ``truth`` bool (H, W) are in the picture's own aspect ratio;
    ``stored`` is the mask of the file, which has another shape if the copy is squashed; ``void`` is
    the part of it of which nothing is known, bool of that shape, or None.
    """

    rgb: np.ndarray
    truth: np.ndarray
    stored: np.ndarray
    void: np.ndarray | None = None


class Masks(NamedTuple):
    """Predicted mask, true mask and void on one grid, bool (H, W); void may be None."""

    pred: np.ndarray
    truth: np.ndarray
    void: np.ndarray | None = None

    @property
    def settled(self) -> np.ndarray:
        """The truth, with the prediction where it is void."""
        return settled(*self)


@dataclass(frozen=True)
class Grid:
    """The pixels on which masks are compared.

    ``native`` is each picture's own size, ``model`` the network's grid, ``stored`` the mask file's
    own pixels (Carvana's 512x512 copies are squashed; boundaries are measured on masks with their
    aspect restored). With a ``size``, all pictures have the same grid.
    """

    name: str
    size: Size | None = None

    @classmethod
    def parse(cls, text: str) -> "Grid":
        """``160x240`` (height x width), or one of ``GRID_WORDS``.

        Raises:
            DataError: anything else, or more pixels than a picture may have.
        """
        if text in GRID_WORDS:
            return cls(text)
        height, _, width = text.partition("x")
        plain = text.isascii() and height.isdigit() and width.isdigit()
        if plain and max(len(height), len(width)) > 6:
            raise DataError(_too_fine(text))
        if plain and int(height) and int(width):
            size = int(height), int(width)
            if max(size) > MAX_SIDE or size[0] * size[1] > MAX_PIXELS:
                raise DataError(_too_fine(text))
            return cls(text, size)
        raise DataError(
            f"'{text}' is not a size: write {', '.join(GRID_WORDS)}, or height x width such as "
            "160x240."
        )

    def of(self, sample: LoadedPair, prediction: Prediction) -> Size:
        """Height and width for one picture."""
        if self.name == "stored":
            return sample.stored.shape
        if self.name == "model":
            return prediction.grid
        return self.size or sample.truth.shape


def _too_fine(text: str) -> str:
    shown = text if len(text) <= 20 else f"{text[:19]}…"
    return (
        f"A grid of {shown} is too fine: the limit is {MAX_PIXELS // 1_000_000} million pixels and "
        f"{MAX_SIDE:,} on a side, as for pictures."
    )


def read(pair: Pair) -> LoadedPair:
    """Picture and truth of a pair; squashed copies are stretched back.

    A pair without a mask is a picture without a car.

    Raises:
        UnsureMaskError: it is not sure which part of the mask is the car; the file is named.
        PictureError: a file cannot be read; it is named.
        DataError: picture and mask differ in size.
    """
    try:
        rgb = codec.decode(pair.picture)
    except PictureError as error:
        raise PictureError(f"'{short_path(pair.picture)}': {error}") from error
    true = true_mask(pair, rgb.shape[:2])
    stored = true.car
    if rgb.shape[:2] != stored.shape:
        raise DataError(f"Picture and mask of '{pair.id}' differ in size.")
    height, width = stored.shape
    if pair.aspect is not None and abs(width / height / pair.aspect - 1) > 0.02:
        size = height, round(height * pair.aspect)
        return LoadedPair(resize_picture(rgb, size), true.at(size).car, stored, true.void)
    return LoadedPair(rgb, stored, stored, true.void)


def masks(
    prediction: Prediction, sample: LoadedPair, size: Size, edges: Edges | None = None
) -> Masks:
    """Predicted and true mask and void at ``size``.

    The truth goes from the stored mask to that size in one step, by exact area; the prediction as
    upsampled probabilities with a threshold after.

    Args:
        edges: settings that refine the mask at that size; None: the plain threshold.
    """
    true = TrueMask(sample.stored, sample.void).at(size)
    if edges is None:
        return Masks(prediction.mask(size=size), true.car, true.void)
    photo = resize_picture(sample.rgb, size)
    soft = alpha(prediction.at(size), photo, edges, prediction.threshold, prediction.cell(size))
    return Masks(soft >= 0.5, true.car, true.void)
