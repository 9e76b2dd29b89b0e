"""What a visitor of a soak does: open the first page, bring pictures, look at the masks, leave.

``Visitor`` is all that the soak knows of one. ``PageVisitor`` comes through the app; one who comes
through another door, such as HTTP, needs the same three steps and a line in ``run.VISITORS``.
"""

import asyncio
import hashlib
import time
from dataclasses import dataclass
from typing import Any, Protocol

from carseg.bench.soak.protocol import Page, Tab, TabError

PATIENCE = 180.0
"""Seconds until a visitor gives up."""
VIEWER = "carseg.viewer"
PLACE = ":material/hourglass_top:"
"""The icon of the notice that says how many come first."""
ORIGINAL = "original"


@dataclass(frozen=True)
class Seen:
    """Seconds from giving a picture until something is seen of it.

    Attributes:
        place: the place in the queue, or the first mask if that comes before.
        first, last: the first mask, the masks of all networks.
        queued: whether a place was seen before the first mask.
    """

    place: float
    first: float
    last: float
    queued: bool


class VisitError(Exception):
    """A visitor did not get what they came for; the text is the reason."""


class Visitor(Protocol):
    """Somebody who brings pictures."""

    async def arrive(self) -> None:
        """Come in, until the first page stands. Raises ``VisitError``."""

    async def bring(self, picture: bytes) -> Seen:
        """Give a picture and wait for all its masks. Raises ``VisitError``."""

    async def leave(self) -> None:
        """Close the page."""


class PageVisitor:
    """A visitor of the app.

    Args:
        address: of the server.
    """

    def __init__(self, address: str) -> None:
        self._tab = Tab(address)

    async def arrive(self) -> None:
        """Open the app and wait until its first page is drawn."""
        try:
            await self._tab.open()
            await self._tab.until(lambda page: page.runs > 0, PATIENCE, "first page")
        except TabError as error:
            raise VisitError(str(error)) from None

    async def bring(self, picture: bytes) -> Seen:
        """Upload a picture; look at every result that the page shows meanwhile."""
        began, page = time.monotonic(), self._tab.page
        page.alerts.clear()
        try:
            await self._tab.upload(uploader_of(page), "photo.jpg", picture)
            return await self._watch(hashlib.sha256(picture).hexdigest(), began)
        except TabError as error:
            raise VisitError(str(error)) from None

    async def leave(self) -> None:
        """Close the tab."""
        await self._tab.close()

    async def _watch(self, photo: str, began: float) -> Seen:
        """Wait for the place, the first and the last mask of a photo."""

        def since() -> float:
            return time.monotonic() - began

        until, looked = self._tab.until, set[str]()
        await until(lambda page: told(page) or bool(masks(page, photo)), PATIENCE, "place or mask")
        place, queued = since(), not masks(self._tab.page, photo)
        await until(lambda page: bool(masks(page, photo)), PATIENCE, "mask")
        first = since()
        await self._look(photo, looked)
        await until(lambda page: all_there(page, photo), PATIENCE, "masks of all networks")
        last = since()
        await self._look(photo, looked)
        return Seen(place, first, last, queued)

    async def _look(self, photo: str, looked: set[str]) -> None:
        """Fetch the pictures of the masks, as a browser does."""
        new = {pane["url"] for pane in masks(self._tab.page, photo)} - looked
        looked |= new
        for body in await asyncio.gather(*map(self._tab.get, new)):
            if len(body) < 100:
                raise VisitError("A picture of a mask is empty.")


def uploader_of(page: Page) -> str:
    """The key of the uploader of pictures, which changes with every upload."""
    keys = [key for key in page.widgets if key.startswith(("files-first-", "files-more-"))]
    if not keys:
        raise TabError("There is no uploader on the page.")
    return max(keys, key=lambda key: int(key.rpartition("-")[2]))


def told(page: Page) -> bool:
    """Whether the page has said how many come first. Raises ``TabError`` for an error there."""
    return any(icon == PLACE for icon, _ in page.alerts)


def panes(page: Page, photo: str) -> list[dict[str, Any]]:
    """The results of a photo in the viewer, also those that are being made."""
    shown = page.data.get(VIEWER, {})
    mine = shown.get("panes", []) if shown.get("picture") == photo else []
    return [pane for pane in mine if pane["id"] != ORIGINAL]


def masks(page: Page, photo: str) -> list[dict[str, Any]]:
    """The results that are there."""
    return [pane for pane in panes(page, photo) if not pane["busy"]]


def all_there(page: Page, photo: str) -> bool:
    """Whether every chosen network's result is there."""
    mine = panes(page, photo)
    return bool(mine) and not any(pane["busy"] for pane in mine)
