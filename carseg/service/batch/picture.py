"""One picture through the whole way: read, decode, network, files, rows."""

import base64
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Protocol

import numpy as np

from carseg.compositing.alike import Seen
from carseg.compositing.edges import Edges
from carseg.compositing.views import NEED_COLOURS, Background, Look, paint, shown_alpha
from carseg.core.errors import CarsegError, disk_error
from carseg.core.gate import IN_FLIGHT, PIXELS
from carseg.imaging import codec
from carseg.imaging.exif import without_place
from carseg.imaging.untrusted import NO_MEMORY, open_picture
from carseg.inference.prediction import LEAST_CAR, Prediction
from carseg.measures.stability import trust
from carseg.service.batch.rows import Row
from carseg.service.coco import annotated
from carseg.service.cutout import behind_the_car
from carseg.service.outputs import Coding, Job, save_results
from carseg.service.rendered import Rendered

_LOG = logging.getLogger(__name__)
THUMBNAIL = 144
"""Pixels of a thumbnail's longer side."""


@dataclass(frozen=True)
class Settings:
    """What is made of each picture. It can be pickled.

    Attributes:
        coding: how files are written.
        threshold: from which a pixel is car, above 0 and below 1; None: the model's own.
        detail: look again at the car's box.
        exif: keep when and how a photo was taken, never where.
        background: behind the car: ``#rrggbb``, or the path of a picture; '' for light grey.
        every_car: cut-outs and new backgrounds show all cars, not the main one alone.
        coco, trust, thumbnail: what rows hold beside the facts. Trust takes a second pass.
    """

    coding: Coding = field(default_factory=Coding)
    threshold: float | None = None
    detail: bool = False
    exif: bool = False
    background: str = ""
    every_car: bool = False
    coco: bool = False
    trust: bool = False
    thumbnail: bool = False

    def edges(self, said: Prediction) -> Edges:
        """Those of a prediction."""
        threshold = said.threshold if self.threshold is None else self.threshold
        return Edges(threshold, cars=() if self.every_car else None)


class Predicts(Protocol):
    """A ``Predictor``, or what stands for one."""

    def predict(self, picture: np.ndarray, model: str, *, detail: bool = False) -> Prediction:
        """One picture through one model."""


@dataclass(frozen=True)
class _Photo:
    """A picture that is being worked on.

    Attributes:
        rgb: uint8 (H, W, 3).  exif: for its results.
    """

    rgb: np.ndarray
    exif: bytes


def finish_picture(jobs: Sequence[Job], predictor: Predicts, settings: Settings) -> list[Row]:
    """A picture in, its files and rows out.

    It is read and decoded once and goes through the model of each job. Whatever goes wrong with it
    is a row with the reason. Threads and other processes may call this: paths go in, not pixels.
    Pictures in progress have a bound in pixels (``carseg.core.gate.IN_FLIGHT``).

    Args:
        jobs: of one picture, at least one: see ``carseg.service.outputs.planned``.

    Returns:
        A row for each job.
    """
    item = jobs[0].item
    try:
        data = item.read()
        with open_picture(data) as image:
            pixels = image.width * image.height
        with IN_FLIGHT.enter(pixels):
            photo = _Photo(codec.decode(data), without_place(data) if settings.exif else b"")
            note = codec.note_on(data)
            del data
            rows = [_finish(job, photo, predictor, settings) for job in jobs]
    except Exception as problem:
        return [Row.failed(job, _words(problem)) for job in jobs]
    notes = ((note, job.remark, row.note) for job, row in zip(jobs, rows, strict=True))
    told = (" ".join(filter(None, parts)) for parts in notes)
    return [replace(row, note=text) for row, text in zip(rows, told, strict=True)]


def look_at(jobs: Sequence[Job], predictor: Predicts, settings: Settings) -> list[Seen | None]:
    """Where the car is in a picture, by the model of each job. Nothing is written.

    Args:
        jobs: as ``finish_picture`` takes them.

    Returns:
        for each job what it sees; None where the picture cannot be done: its row will say why.
    """
    try:
        data = jobs[0].item.read()
        with open_picture(data) as image:
            pixels = image.width * image.height
        with IN_FLIGHT.enter(pixels):
            rgb = codec.decode(data)
            del data
            return [_seen(job, rgb, predictor, settings) for job in jobs]
    except Exception:
        return [None for _ in jobs]


def _seen(job: Job, rgb: np.ndarray, predictor: Predicts, settings: Settings) -> Seen:
    said = predictor.predict(rgb, job.model, detail=settings.detail)
    height, width = said.size
    with PIXELS.enter(height * width):
        look = Look(settings.edges(said))
        result = Rendered(rgb, said, look)
        seen = Seen.of(shown_alpha("cutout", look, result.alpha))
        return seen if result.share >= LEAST_CAR else replace(seen, box=None)


def _finish(job: Job, photo: _Photo, predictor: Predicts, settings: Settings) -> Row:
    try:
        return _result(job, photo, predictor, settings)
    except Exception as problem:
        return Row.failed(job, _words(problem))


def _result(job: Job, photo: _Photo, predictor: Predicts, settings: Settings) -> Row:
    said = predictor.predict(photo.rgb, job.model, detail=settings.detail)
    steady = _trust(photo.rgb, said, predictor) if settings.trust else None
    behind, own = _behind(settings.background)
    height, width = said.size
    with PIXELS.enter(height * width):
        result = save_results(
            job.files,
            photo.rgb,
            said,
            edges=settings.edges(said),
            coding=settings.coding,
            exif=photo.exif,
            background=behind,
            own=own,
            frame=job.place,
        )
        return Row(
            source=job.item.source,
            name=job.item.file,
            model=job.model,
            note=_left_out(result) if NEED_COLOURS & set(job.files) else "",
            facts=_facts(job, result),
            trust=steady,
            thumbnail=_thumbnail(result) if settings.thumbnail else "",
            coco=annotated(result.mask, result.cars) if settings.coco else None,
        )


def _left_out(result: Rendered) -> str:
    """That there are more cars than a cut-out shows, or ''."""
    number = len(result.cars.found)
    if number < 2 or result.look.edges.cars is not None:
        return ""
    return f"{number} cars were found: cut-outs and new backgrounds show the largest alone."


def _facts(job: Job, result: Rendered) -> dict[str, Any]:
    said, share = result.prediction, result.share
    return {
        "car": job.view.car,
        "angle": job.view.angle,
        "sha256": said.sha256,
        "size": list(said.size),
        "grid": list(said.grid),
        "threshold": result.look.edges.threshold,
        "car_share": round(share, 6),
        "car_found": share >= LEAST_CAR,
        "cars": result.each_car,
        "device": said.device,
        "dtype": said.dtype,
        "engine": said.engine,
        "seconds": {k: round(v, 4) for k, v in said.seconds.items()},
        "files": {kind: str(path) for kind, path in job.files.items()},
    }


def _trust(rgb: np.ndarray, said: Prediction, predictor: Predicts) -> float:
    mirrored = predictor.predict(np.ascontiguousarray(rgb[:, ::-1]), said.model)
    return round(trust(replace(said, detail=None), mirrored).figure, 4)


def _thumbnail(result: Rendered) -> str:
    """The car tinted, as small as a row of a table."""
    small = codec.proxy(result.rgb, THUMBNAIL)
    mask = codec.proxy(result.mask.view(np.uint8) * 255, THUMBNAIL) / np.float32(255)
    painted = paint("overlay", result.look, small, mask, mask)
    file = codec.encode(painted, "jpeg", 70)
    return f"data:image/jpeg;base64,{base64.b64encode(file).decode()}"


@lru_cache(maxsize=1)
def _behind(background: str) -> tuple[Background, np.ndarray | None]:
    return behind_the_car(background or None)


def _words(problem: Exception) -> str:
    """What happened, in a sentence; what is no user's fault goes to the log, too."""
    match problem:
        case CarsegError():
            return str(problem)
        case OSError():
            return disk_error(problem)
        case MemoryError():
            return NO_MEMORY
    _LOG.error("A picture could not be done.", exc_info=problem)
    return f"This picture could not be done: {type(problem).__name__}, see the log."
