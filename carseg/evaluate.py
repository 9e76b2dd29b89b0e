"""A data set through a model: counts per picture, from which every score is derived."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from carseg import images
from carseg.anatomy import anatomy
from carseg.data.pairs import DataError, Pair
from carseg.grid import Size, resize_mask, resize_picture
from carseg.intake import PictureError
from carseg.journal import Journal
from carseg.matte import Edges, alpha
from carseg.metrics import Counts, PictureScore, boundary_iou, counts
from carseg.parallel import Shard
from carseg.predict import Prediction, Predictor
from carseg.trust import trust

BATCH = 8
MOST_PIXELS = 64_000_000
"""Of the pictures that are held at once; eight as large as Carvana's have 20 million."""
WORDS = ("native", "model", "stored")


class Sample(NamedTuple):
    """A pair as it is scored.

    ``rgb`` uint8 (H, W, 3) and ``truth`` bool (H, W) in the picture's own aspect; ``stored`` is
    the mask as the file holds it, which for squashed copies has another shape.
    """

    rgb: np.ndarray
    truth: np.ndarray
    stored: np.ndarray


@dataclass(frozen=True)
class Grid:
    """The pixels on which masks are compared.

    ``native`` is each picture's own size, ``model`` the grid that the network saw, ``stored`` the
    mask file's own pixels (Carvana's 512x512 copies are squashed; there boundaries are measured
    on masks with their aspect restored). A ``size`` is fixed.
    """

    name: str
    size: Size | None = None

    @classmethod
    def parse(cls, text: str) -> "Grid":
        """``160x240`` (height x width), or one of ``WORDS``.

        Raises:
            DataError: anything else.
        """
        if text in WORDS:
            return cls(text)
        height, _, width = text.partition("x")
        plain = text.isascii() and height.isdigit() and width.isdigit()
        if plain and int(height) and int(width):
            return cls(text, (int(height), int(width)))
        raise DataError(
            f"'{text}' is not a size: write {', '.join(WORDS)}, or height x width such as 160x240."
        )

    def of(self, sample: Sample, prediction: Prediction) -> Size:
        """Height and width for one picture."""
        if self.name == "stored":
            return sample.stored.shape
        if self.name == "model":
            return prediction.grid
        return self.size or sample.truth.shape


def read(pair: Pair) -> Sample:
    """Picture and truth of a pair, squashed copies stretched back.

    A pair without a mask is a picture without a car.

    Raises:
        PictureError: a file cannot be read; it is named.
        DataError: picture and mask differ in size.
    """
    rgb = _decoded(images.decode, pair.picture)
    none = np.zeros(rgb.shape[:2], bool)
    stored = none if pair.mask is None else _decoded(images.decode_mask, pair.mask)
    if rgb.shape[:2] != stored.shape:
        raise DataError(f"Picture and mask of '{pair.id}' differ in size.")
    height, width = stored.shape
    if pair.aspect is not None and abs(width / height / pair.aspect - 1) > 0.02:
        size = height, round(height * pair.aspect)
        return Sample(resize_picture(rgb, size), resize_mask(stored, size), stored)
    return Sample(rgb, stored, stored)


def _decoded(decode: Callable[[Path], np.ndarray], path: Path) -> np.ndarray:
    try:
        return decode(path)
    except PictureError as error:
        raise PictureError(f"'{Path(*path.parts[-2:]).as_posix()}': {error}") from error


def masks(
    prediction: Prediction, sample: Sample, size: Size, edges: Edges | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Predicted and true mask at ``size``, bool (H, W) each.

    The truth goes from the stored mask to that size in one step, by exact area; the prediction as
    upsampled probabilities with a threshold after.

    Args:
        edges: take what this makes of the photo at that size, instead of the plain threshold.
    """
    truth = resize_mask(sample.stored, size)
    if edges is None:
        return prediction.mask(size=size), truth
    photo = resize_picture(sample.rgb, size)
    soft = alpha(prediction.at(size), photo, edges, prediction.threshold, prediction.cell(size))
    return soft >= 0.5, truth


def _score(
    pair: Pair,
    prediction: Prediction,
    sample: Sample,
    grid: Grid,
    edges: Edges | None,
    mirrored: Prediction | None,
) -> PictureScore:
    size = grid.of(sample, prediction)
    pred, truth = masks(prediction, sample, size, edges)
    restored = sample.truth.shape if grid.name == "stored" else size
    rims = (pred, truth) if restored == tuple(size) else masks(prediction, sample, restored, edges)
    more = None
    if mirrored is not None:
        shaken = trust(prediction, mirrored)
        more = asdict(anatomy(*rims, resize_picture(sample.rgb, rims[0].shape)))
        more |= {"threshold_trust": shaken.threshold, "mirror_trust": shaken.mirror}
    return PictureScore(pair.id, pair.group, counts(pred, truth), boundary_iou(*rims), more)


Predict = Callable[[Sequence[Sample]], list[Prediction]]
"""Pictures of one size to their predictions; only a baseline looks at the truth."""


def by_model(predictor: Predictor, model: str) -> Predict:
    """The predictions of a checkpoint."""
    return lambda samples: predictor.predict_batch([sample.rgb for sample in samples], model)


def evaluate(
    predict: Predict,
    pairs: Sequence[Pair],
    grid: Grid,
    edges: Edges | None = None,
    *,
    details: bool = False,
    journal: Journal | None = None,
    shard: Shard | None = None,
    progress: Callable[[int], Any] = lambda _: None,
    timed: Callable[[str, Prediction], Any] = lambda *_: None,
) -> list[PictureScore] | None:
    """Score ``pairs`` in the order of their ids, in fixed batches: the same bytes every time.

    A file that cannot be read stops it (``read``): what is left out would be another set.

    Args:
        predict: what is scored, such as ``by_model(predictor, "unet-scratch")``.
        grid: the pixels of the score.
        edges: score what this makes of the photo at that size, instead of the plain threshold.
        details: measure also where masks are wrong (``carseg.anatomy``) and whether they hold
            still (``carseg.trust``), for which each mirrored picture is predicted too.
        journal: keeps each batch: a stopped evaluation goes on, and processes share the work.
        shard: which batches are ours; the batches are the same however many parts there are.
        progress: called with the number of pictures that were done, or found done.
        timed: called with the id and the prediction of each picture that was done now.

    Returns:
        the scores by id, or None while batches of other shards are missing.
    """
    batches = {batch[0].id: batch for batch in _batches(sorted(pairs, key=lambda p: p.id))}
    done: dict[str, list[PictureScore]] = {}
    for name, batch in batches.items():
        kept = None if journal is None else journal.read(name)
        if kept is None and shard is not None and not shard.owns(name):
            continue
        if kept is None:
            done[name] = _evaluate_batch(predict, batch, grid, edges, details, timed)
            if journal is not None:
                journal.write(name, [asdict(picture) for picture in done[name]])
        else:
            done[name] = [_from_json(row) for row in kept]
        progress(len(batch))
    if journal is not None:
        for name in batches.keys() - done.keys():
            if (kept := journal.read(name)) is not None:
                done[name] = [_from_json(row) for row in kept]
    if done.keys() != batches.keys():
        return None
    return [picture for name in batches for picture in done[name]]


def _from_json(row: dict[str, Any]) -> PictureScore:
    return PictureScore(**(row | {"counts": Counts(**row["counts"])}))


def _evaluate_batch(
    predict: Predict,
    batch: Sequence[Pair],
    grid: Grid,
    edges: Edges | None,
    details: bool,
    timed: Callable[[str, Prediction], Any],
) -> list[PictureScore]:
    scores = []
    for group in _same_shape((pair, read(pair)) for pair in batch):
        samples = [sample for _, sample in group]
        predictions = predict(samples)
        mirrored = predict([_mirrored(s) for s in samples]) if details else [None] * len(samples)
        for (pair, sample), said, back in zip(group, predictions, mirrored, strict=True):
            timed(pair.id, said)
            scores.append(_score(pair, said, sample, grid, edges, back))
    return scores


def _mirrored(sample: Sample) -> Sample:
    return Sample(*(np.ascontiguousarray(array[:, ::-1]) for array in sample))


def _batches(pairs: Sequence[Pair]) -> Iterator[Sequence[Pair]]:
    for start in range(0, len(pairs), BATCH):
        yield pairs[start : start + BATCH]


def _same_shape(loaded: Iterable[tuple[Pair, Sample]]) -> Iterator[list[tuple[Pair, Sample]]]:
    """Neighbours of one size share a forward pass, up to ``MOST_PIXELS``; the order stays."""
    for (height, width, _), group in groupby(loaded, key=lambda item: item[1].rgb.shape):
        most = max(1, MOST_PIXELS // (height * width))
        while some := list(islice(group, most)):
            yield some
