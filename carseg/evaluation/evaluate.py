"""Runs a model on a data set: counts per picture, from which every score is derived."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from itertools import groupby, islice
from typing import Any

import numpy as np

from carseg.compositing.edges import Edges
from carseg.core.journal import Journal
from carseg.core.shard import Shard
from carseg.data.pairs import Pair
from carseg.evaluation.loaded_pairs import Grid, LoadedPair, masks, read
from carseg.evaluation.loop import Batch, Ledger, Measure, Rows, cut, here, measure_batches
from carseg.imaging.grid import resize_picture
from carseg.inference.prediction import Prediction
from carseg.inference.predictor import Predictor
from carseg.measures.calibration import GAPS, gaps
from carseg.measures.faults import anatomy
from carseg.measures.overlap import Counts, PictureScore, boundary, boundary_iou, counts
from carseg.measures.stability import trust

BATCH = 8
MOST_PIXELS = 64_000_000
"""The limit for pictures in memory at once. Eight pictures of Carvana's size have 20 million."""


def _score(
    pair: Pair,
    prediction: Prediction,
    sample: LoadedPair,
    mirrored: Prediction | None,
    *,
    grid: Grid,
    edges: Edges | None,
) -> PictureScore:
    size = grid.of(sample, prediction)
    made = masks(prediction, sample, size, edges)
    restored = sample.truth.shape if grid.name == "stored" else size
    rims = made if restored == tuple(size) else masks(prediction, sample, restored, edges)
    more = None
    if mirrored is not None:
        shaken = trust(prediction, mirrored)
        rgb = resize_picture(sample.rgb, rims.pred.shape)
        more = asdict(anatomy(rims.pred, rims.settled, rgb))
        more |= {"threshold_trust": shaken.threshold, "mirror_trust": shaken.mirror}
        more["outline"] = int(boundary(rims.truth, 1).sum())
        more |= dict(
            zip(GAPS, gaps(prediction.at(size), made.truth, made.void).tolist(), strict=True)
        )
    rim = boundary_iou(rims.pred, rims.truth, void=rims.void)
    return PictureScore(pair.id, pair.group, counts(*made), rim, more)


Predict = Callable[[Sequence[LoadedPair]], list[Prediction]]
"""A function from pictures of one size to their predictions. Only a baseline uses the truth."""


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
    measure: Measure[Batch] | None = None,
) -> list[PictureScore] | None:
    """Score ``pairs`` in the order of their ids, in fixed batches: the same bytes every time.

    A file that cannot be read stops the evaluation (``read``): without it the set would be another.

    Args:
        predict: the model or rule, such as ``by_model(predictor, "unet-scratch")``.
        grid: the pixels of the score.
        edges: score masks refined with these settings at that size; None: the plain threshold.
        details: also measure where masks are wrong (``carseg.measures.faults``) and how stable they
            are (``carseg.measures.stability``). For this, each mirrored picture is predicted too.
        journal: saves each batch, so a stopped evaluation can continue and processes share work.
        shard: the part of the batches that this process does. The batches themselves do not depend
            on the number of parts.
        progress: called with the number of pictures that are done now or were done before.
        measure: who measures batches by ``rows_of``; None: this process, by ``predict``.

    Returns:
        the scores by id, or None as long as batches of other shards are missing.
    """
    known, batches = Ledger(journal), cut(pairs, BATCH)
    if measure is None:
        measure = here(rows_of(predict, grid, edges, details=details))
    measure_batches(batches, {"": known}, measure, shard=shard, progress=progress)
    found = [known.find(batch.name) for batch in batches]
    whole = [rows for rows in found if rows is not None]
    return [_from_json(row) for rows in whole for row in rows] if len(whole) == len(found) else None


def rows_of(
    predict: Predict,
    grid: Grid,
    edges: Edges | None = None,
    *,
    details: bool = False,
    timed: Callable[[str, Prediction], Any] = lambda *_: None,
) -> Callable[[Batch, list[str]], list[tuple[str, Rows]]]:
    """What takes a batch and returns its rows, for the one model that is measured.

    Args:
        timed: called with the id and the prediction of each picture.
    """
    one_batch = partial(_evaluate_batch, grid=grid, edges=edges, details=details, timed=timed)

    def make(batch: Batch, missing: list[str]) -> list[tuple[str, Rows]]:
        return [(name, [asdict(p) for p in one_batch(predict, batch.pairs)]) for name in missing]

    return make


def _from_json(row: dict[str, Any]) -> PictureScore:
    return PictureScore(**(row | {"counts": Counts(**row["counts"])}))


def _evaluate_batch(
    predict: Predict,
    batch: Sequence[Pair],
    *,
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
            scores.append(_score(pair, said, sample, back, grid=grid, edges=edges))
    return scores


def _mirrored(sample: LoadedPair) -> LoadedPair:
    rgb, truth, stored = (np.ascontiguousarray(array[:, ::-1]) for array in sample[:3])
    return LoadedPair(rgb, truth, stored, None if sample.void is None else sample.void[:, ::-1])


def _same_shape(
    loaded: Iterable[tuple[Pair, LoadedPair]],
) -> Iterator[list[tuple[Pair, LoadedPair]]]:
    """Neighbours of one size share a forward pass, up to ``MOST_PIXELS``; the order stays."""
    for (height, width, _), group in groupby(loaded, key=lambda item: item[1].rgb.shape):
        most = max(1, MOST_PIXELS // (height * width))
        while some := list(islice(group, most)):
            yield some
