"""A data set through a model: counts per picture, from which every score is derived."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import numpy as np

from carseg import images
from carseg.data.pairs import DataError, Pair
from carseg.grid import Size, resize_mask, resize_picture
from carseg.matte import Edges, alpha
from carseg.metrics import PictureScore, boundary_iou, counts
from carseg.predict import Prediction, Predictor

BATCH = 8


def parse_size(text: str) -> Size | None:
    """``160x240`` to (160, 240); ``native`` to None, the picture's own size.

    Raises:
        DataError: anything else.
    """
    if text == "native":
        return None
    height, _, width = text.partition("x")
    if height.isdigit() and width.isdigit() and int(height) and int(width):
        return int(height), int(width)
    raise DataError(f"'{text}' is not a size: write native, or height x width such as 160x240.")


def read(pair: Pair) -> tuple[np.ndarray, np.ndarray]:
    """Picture and truth of a pair at their own size, squashed copies stretched back.

    Raises:
        DataError: picture and mask differ in size.
    """
    rgb, truth = images.decode(pair.picture), images.decode_mask(pair.mask)
    if rgb.shape[:2] != truth.shape:
        raise DataError(f"Picture and mask of '{pair.id}' differ in size.")
    height, width = truth.shape
    if pair.aspect is not None and abs(width / height / pair.aspect - 1) > 0.02:
        size = height, round(height * pair.aspect)
        return resize_picture(rgb, size), resize_mask(truth, size)
    return rgb, truth


def evaluate(
    predictor: Predictor,
    model: str,
    pairs: Sequence[Pair],
    size: Size | None,
    edges: Edges | None = None,
) -> Iterator[PictureScore]:
    """Score ``pairs`` in the order of their ids, in fixed batches: the same bytes every time.

    Args:
        size: the grid of the score (EVIDENCE: truth by area average, prediction upsampled as
            probabilities and thresholded after); None for each picture's own size.
        edges: score what this makes of the photo at that size, instead of the plain threshold.
    """
    ordered = sorted(pairs, key=lambda p: p.id)
    for batch in _batches(ordered):
        loaded = [read(pair) for pair in batch]
        for group in _same_shape(list(zip(batch, loaded, strict=True))):
            predictions = predictor.predict_batch([rgb for _, (rgb, _) in group], model)
            for (pair, (rgb, truth)), prediction in zip(group, predictions, strict=True):
                grid = size or truth.shape
                mask = _mask(prediction, rgb, grid, edges)
                wanted = resize_mask(truth, grid)
                yield PictureScore(
                    pair.id, pair.group, counts(mask, wanted), boundary_iou(mask, wanted)
                )


def _mask(prediction: Prediction, rgb: np.ndarray, grid: Size, edges: Edges | None) -> np.ndarray:
    if edges is None:
        return prediction.mask(size=grid)
    photo = resize_picture(rgb, grid)
    soft = alpha(prediction.at(grid), photo, edges, prediction.threshold, prediction.cell(grid))
    return soft >= 0.5


def _batches(pairs: Sequence[Pair]) -> Iterator[Sequence[Pair]]:
    for start in range(0, len(pairs), BATCH):
        yield pairs[start : start + BATCH]


def _same_shape(loaded: Iterable) -> Iterator[list]:
    """Neighbours of one size share a forward pass; the order by id stays."""
    for _, group in groupby(loaded, key=lambda item: item[1][0].shape):
        yield list(group)
