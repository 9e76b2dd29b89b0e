"""Pictures of one car get places in one frame: what was seen of all of them decides."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from carseg.compositing.alike import Alike, Place, Seen, placed_alike
from carseg.service.outputs import Job

FRAMED = frozenset({"cutout", "background"})
"""Kinds of files that are framed."""
NO_CAR = "No car was found here, so the picture is not framed."

_NOTHING = Seen((1, 1), None)
Pictures = Sequence[Sequence[Job]]
"""The jobs of each picture."""


def cars_with(pictures: Pictures, left: Pictures) -> list[Sequence[Job]]:
    """All pictures of those cars of which some are left to do."""
    wanted = {job.view.together for jobs in left for job in jobs}
    return [jobs for jobs in pictures if jobs[0].view.together in wanted]


def places(
    pictures: Pictures, seen: Sequence[Sequence[Seen | None]], how: Alike
) -> dict[tuple[str, str], tuple[Place | None, str]]:
    """Where each picture is cropped, with a remark or '', by the picture's file and the model.

    Args:
        seen: for each job of each picture, as ``look_at`` returns it.
    """
    sets = defaultdict[tuple[int, str], list[tuple[Job, Seen | None]]](list)
    for jobs, looks in zip(pictures, seen, strict=True):
        for job, look in zip(jobs, looks, strict=True):
            sets[job.view.together, job.model].append((job, look))
    found = {}
    for members in sets.values():
        placed = placed_alike([look or _NOTHING for _, look in members], how)
        for (job, look), place in zip(members, placed, strict=True):
            found[job.item.file, job.model] = place, _remark(look)
    return found


def framed(
    left: Pictures, found: dict[tuple[str, str], tuple[Place | None, str]]
) -> list[list[Job]]:
    """What is left to do, in its places."""

    def placed(job: Job) -> Job:
        place, remark = found[job.item.file, job.model]
        return replace(job, place=place, remark=remark)

    return [[placed(job) for job in jobs] for jobs in left]


def _remark(look: Seen | None) -> str:
    if look is None:  # its row says why
        return ""
    if look.box is None:
        return NO_CAR
    if look.cut:
        sides = " and ".join(filter(None, (", ".join(look.cut[:-1]), look.cut[-1])))
        return f"The photo cuts the car off at the {sides}, and its frame ends there."
    return ""
