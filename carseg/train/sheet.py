"""A contact sheet of a preset's training views, to look at before hours are spent."""

import numpy as np
import torch

from carseg.compositing.overlays import outline
from carseg.data.decoded import CAR, ESTIMATED
from carseg.train.legs import LegData

_COLUMNS = 8
TINT = np.array([255.0, 0.0, 0.0])


def contact_sheet(data: LegData, count: int = 32, batch: int = 4) -> np.ndarray:
    """The run's first ``count`` views with the true edge, estimated pixels red: uint8 RGB.

    Each row is a batch, so some rows are portrait. The size is that of the last phase.
    """
    leg = data.legs[-1]
    views = data.views(leg.size, batch, 0, count)
    pictures = [_marked(*views[item]) for item in range(count)]
    side = max(leg.size)
    rows = -(-count // _COLUMNS)
    sheet = np.full((rows * side, _COLUMNS * side, 3), 32, np.uint8)
    places = ((row, column) for row in range(rows) for column in range(_COLUMNS))
    for (row, column), picture in zip(places, pictures, strict=False):
        height, width = picture.shape[:2]
        sheet[row * side : row * side + height, column * side : column * side + width] = picture
    return sheet


def _marked(picture: torch.Tensor, truth: torch.Tensor) -> np.ndarray:
    rgb, shares = picture.permute(1, 2, 0).numpy(), truth.numpy() / 255
    guessed = (shares[ESTIMATED] > 0.5)[..., None]
    tinted = np.where(guessed, 0.6 * rgb + 0.4 * TINT, rgb).astype(np.uint8)
    return outline(tinted, shares[CAR] > 0.5, width=1.5)
