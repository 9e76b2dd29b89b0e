"""The true mask of a pair: a picture of it, or the shapes of an annotation file."""

import logging
from functools import lru_cache
from pathlib import Path

import numpy as np

from carseg.data.annotations import (
    SUFFIXES,
    annotations_in,
    car_labels,
    key_of,
    labels_of,
    mask_of,
)
from carseg.data.file_names import shown
from carseg.data.pairs import DataError, Pair
from carseg.data.polygons import AnnotationError
from carseg.imaging.grid import Size
from carseg.imaging.masks import TrueMask, UnsureMaskError, read_mask
from carseg.imaging.untrusted import PictureError

_logger = logging.getLogger(__name__)


def true_mask(pair: Pair, size: Size) -> TrueMask:
    """The truth of a pair whose picture has this size; without a mask there is no car.

    Raises:
        UnsureMaskError: it is not sure which part of the mask is the car.
        PictureError, DataError: the file cannot be read. All name the file.
    """
    if pair.mask is None:
        return TrueMask(np.zeros(size, bool))
    try:
        if pair.mask.suffix.lower() in SUFFIXES:
            return _drawn(pair.mask, pair, size)
        true = read_mask(pair.mask, pair.car)
    except UnsureMaskError as error:
        raise error.named(f"{short_path(pair.mask)}") from error
    except PictureError as error:
        raise PictureError(f"'{short_path(pair.mask)}': {error}") from error
    except AnnotationError as error:
        raise DataError(f"'{short_path(pair.mask)}', {pair.picture.name}: {error}") from error
    if true.doubt:
        _tell(short_path(pair.mask), true.note)
    return true


@lru_cache(10_000)
def _tell(name: str, note: str) -> None:
    """Say once how a mask was read, where one may wonder."""
    _logger.info("'%s': %s", name, note)


def _drawn(file: Path, pair: Pair, size: Size) -> TrueMask:
    # The folder's labels together say which one is the car (``find_pairs``).
    found = annotations_in(file)
    drawing = None if found is None else found.get(key_of(pair.picture.name))
    if found is None or drawing is None:
        raise AnnotationError("This picture is no longer in the annotation file.")
    return mask_of(drawing, size, pair.car or car_labels(labels_of(found.values())))


def short_path(path: Path) -> str:
    """A file with its folder, as sentences name it."""
    return shown(Path(*path.parts[-2:]).as_posix())
