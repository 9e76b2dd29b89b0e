"""A visitor's batch of many pictures, as the Batch page runs it: does its memory grow?"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

from carseg.bench.soak.memory import Sample, watching
from carseg.bench.soak.pictures import made_photos
from carseg.core import memory
from carseg.imaging import apart
from carseg.inference.predictor import Predictor
from carseg.models.checkpoint import default_model
from carseg.service.batch.picture import Settings
from carseg.service.batch.sent import Sent
from carseg.service.batch.takeaway import Parcel
from carseg.service.batch.work import Plan, Work

LOOK = 10.0
"""Seconds after which free memory goes back to the system, as the server does it."""


SIZE = ((640, 427),)
"""Of each picture: with pictures of one size, what grows is not what is worked on."""


@dataclass
class Found:
    """What was found.

    Attributes:
        seconds: of all pictures.  failures: reasons.  memory: over time.
        zipped: MB of the ZIP, which is made at the end, while memory is still watched.
    """

    pictures: int
    seconds: float = 0.0
    zipped: float = 0.0
    failures: list[str] = field(default_factory=list)
    memory: list[Sample] = field(default_factory=list)


def soak_batch(
    pictures: int, seed: int = 0, told: Callable[[int], object] = lambda _: None
) -> Found:
    """Masks and cut-outs with trust figures, thumbnails and COCO, and the ZIP of them.

    Args:
        told: called every few seconds with the number of pictures that are done.
    """
    memory.hold_steady()
    apart.begin()
    sent, found = Sent(), Found(pictures)
    try:
        for number, data in enumerate(islice(made_photos(seed, SIZE), pictures)):
            sent.add(f"{number:05}.jpg", data)
        settings = Settings(coco=True, trust=True, thumbnail=True)
        plan = Plan((default_model(),), ("mask", "cutout"), settings=settings)
        work, began = Work(sent, plan, Predictor()), time.monotonic()
        with watching(os.getpid(), lambda: len(work.rows)) as found.memory:
            work.go()
            while work.running:
                work.wait(LOOK)
                memory.give_back()  # as a server does
                told(len(work.rows))
            found.seconds = time.monotonic() - began
            parcel = Parcel(work)
            parcel.wait()
        found.zipped = parcel.path.stat().st_size / 1e6 if parcel.path else 0.0
        found.failures = [row.error for row in work.failed]
        found.failures += [text for text in (work.problem, parcel.problem) if text]
    finally:
        sent.close()
        apart.end()
    return found
