"""A visitor's results as frames and as rows to save.

No Streamlit here.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import pandas as pd

from carseg.analysis.frames import per_picture, summarise
from carseg.compositing.edges import Edges
from carseg.data.archive import Item
from carseg.data.set_names import UNNAMED
from carseg.data.splits import split_hash
from carseg.measures.overlap import PictureScore
from carseg.results import DOMAINS, Score, ScoreSet
from carseg.service.own_set import Result
from carseg.service.saved_settings import saved_settings

_PLAIN_EDGES = Edges(refine=False)


@dataclass(frozen=True)
class Done:
    """A result with its frames, computed once: a row per picture, and the row of the table.

    Their ``set`` and ``domain`` are to be filled in: the visitor may still change their mind.
    """

    result: Result
    pictures: pd.DataFrame
    table: pd.DataFrame


def done(result: Result) -> Done:
    """The result in the form of the shipped ones; intervals resample cars where ids name them."""
    command = f"python -m carseg evaluate --data DIR --layout pairs --model {result.model}"
    scores = ScoreSet(
        model=result.model,
        weights_sha256=result.sha256,
        fingerprint=result.fingerprint,
        domain=DOMAINS[0],
        set=UNNAMED,
        split="all",
        split_sha256=split_hash(result.pictures),
        grid=result.grid,
        threshold=result.threshold,
        dtype=result.dtype,
        device=result.device,
        date=datetime.now(UTC).date().isoformat(),
        command=command,
        pictures=result.pictures,
    )
    pictures = per_picture([scores])
    return Done(result, pictures, summarise(pictures))


def rows(result: Result, name: str, domain: str, items: Iterable[Item]) -> list[Score]:
    """What is saved: a row per picture, with the settings that Compare saves for plain edges.

    The same picture, mask, weights and settings saved from there are the same row.
    """
    sent = {item.pair.id: item for item in items}
    return [_row(result, name, domain, sent[picture.id], picture) for picture in result.pictures]


def _row(result: Result, name: str, domain: str, item: Item, picture: PictureScore) -> Score:
    threshold, settings = saved_settings(
        _PLAIN_EDGES, result.threshold, second_look=False, dtype=result.dtype
    )
    if item.pair.aspect is not None:
        settings["aspect"] = round(item.pair.aspect, 4)
    return Score(
        model=result.model,
        weights_sha256=result.sha256,
        fingerprint=result.fingerprint,
        picture=picture.id,
        picture_sha256=item.picture_sha256,
        truth_sha256=item.truth_sha256,
        domain=domain,
        set=name,
        grid=result.grid,
        threshold=threshold,
        settings=settings,
        **asdict(picture.counts),
        boundary_iou=picture.boundary_iou,
    )
