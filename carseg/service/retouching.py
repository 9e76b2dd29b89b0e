"""The strokes of the keep and erase brush, as the browser sends them and gets them back."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from carseg.compositing.retouch import MOST_POINTS, MOST_STROKES, Stroke, stroke
from carseg.core.errors import CarsegError

DAMAGED = "The last strokes did not arrive whole: paint them again."


class RetouchError(CarsegError):
    """Strokes that cannot be used; the message says what to do."""


def _new_epoch() -> str:
    return secrets.token_hex(8)


@dataclass
class Retouch:
    """The strokes on one result.

    The browser sends all strokes at every change, so a message that gets lost does no harm.

    Attributes:
        epoch: another one tells the browser to forget what it has, for example after the photo was
            removed and added again.
        serial: the number of the last change that arrived.
    """

    strokes: tuple[Stroke, ...] = ()
    epoch: str = field(default_factory=_new_epoch)
    serial: int = 0

    def take(self, sent: Mapping[str, Any]) -> None:
        """Replace the strokes by those that were sent; older messages change nothing.

        Raises:
            RetouchError: the message is damaged or holds too much. The strokes of before stay, and
                the epoch changes, so that the browser goes on with them.
        """
        serial = sent.get("serial")
        try:
            if type(serial) is not int or serial < 0:
                raise RetouchError(DAMAGED)
            if sent.get("epoch") != self.epoch or serial <= self.serial:
                return
            self.strokes, self.serial = read_strokes(sent.get("strokes")), serial
        except RetouchError:
            self.epoch = _new_epoch()
            raise

    def message(self) -> dict[str, Any]:
        """What the browser needs to go on."""
        return {
            "epoch": self.epoch,
            "serial": self.serial,
            "strokes": list(_sendable(self.strokes)),
        }


def read_strokes(sent: Any) -> tuple[Stroke, ...]:
    """Strokes from the browser: a list of ``{keep, radius, points}``, checked here.

    Raises:
        RetouchError: anything else, or more than the limits.
    """
    if not isinstance(sent, list) or len(sent) > MOST_STROKES:
        raise RetouchError(DAMAGED)
    points = [_points(one) for one in sent]
    if sum(map(len, points)) > MOST_POINTS:
        raise RetouchError(DAMAGED)
    try:
        return tuple(
            stroke(one["keep"], one["radius"], line) for one, line in zip(sent, points, strict=True)
        )
    except (KeyError, TypeError, ValueError):
        raise RetouchError(DAMAGED) from None


def _points(one: Any) -> Sequence[Any]:
    points = one.get("points") if isinstance(one, Mapping) else None
    if not isinstance(points, list):
        raise RetouchError(DAMAGED)
    return points


def _sendable(strokes: Iterable[Stroke]) -> Iterable[dict[str, Any]]:
    for one in strokes:
        points = one.points.round(5).tolist()
        yield {"keep": one.keep, "radius": one.radius, "points": points}
