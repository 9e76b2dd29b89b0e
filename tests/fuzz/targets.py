"""What is fuzzed: each target takes any bytes and returns, or raises because there is a fault."""

import json
import math
import socket
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from carseg.data.annotations import car_labels, labels_of, mask_of, read_annotations
from carseg.data.archive import ArchiveError, from_zip
from carseg.data.archive_match import match, remark_lines
from carseg.data.polygons import AnnotationError
from carseg.imaging import codec
from carseg.imaging.masks import UnsureMaskError, read_mask
from carseg.imaging.net.fetch import FetchError, fetch
from carseg.imaging.untrusted import MAX_PIXELS, PictureError
from carseg.models import bounds
from carseg.models.checkpoint import CheckpointError, parse_config
from carseg.models.registry import ARCHITECTURES
from carseg.results.comparison import ComparisonError, from_file, to_file
from carseg.ui.shared.links import fits
from tests.fuzz import corpus
from tests.imaging.test_fetch import LOOPBACK, PUBLIC, special

LONGEST = 1000
"""Letters of a sentence for people."""


@dataclass(frozen=True)
class Target:
    """A reader of what strangers send.

    Attributes:
        check: raises anything if it does not do what it should.
        seeds: the made files to start from.
    """

    check: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]


def is_sentence(error: Exception) -> None:
    """Fail if an error is not one for people."""
    text = str(error)
    assert 10 < len(text) < LONGEST, text
    assert "Traceback" not in text, text


def picture(data: bytes) -> None:
    """Pixels, or one sentence."""
    try:
        rgb = codec.decode(data)
    except PictureError as error:
        is_sentence(error)
        return
    assert rgb.dtype == np.uint8
    assert rgb.ndim == 3
    assert rgb.shape[2] == 3
    assert 0 < rgb.shape[0] * rgb.shape[1] <= MAX_PIXELS


def mask(data: bytes) -> None:
    """A car and a void that do not overlap, which come back as they were; or one sentence."""
    try:
        true = read_mask(data)
    except PictureError as error:
        is_sentence(error)
        if isinstance(error, UnsureMaskError):
            for label in error.labels:
                assert label.words.isprintable()
        return
    assert true.car.dtype == bool
    assert true.void is None or not (true.car & true.void).any()
    again = read_mask(true.encoded())
    assert (again.car == true.car).all()
    assert (again.void is None) == (true.void is None)


def archive(data: bytes) -> None:
    """A set whose files are there, or one sentence."""
    try:
        found = from_zip(data)
    except ArchiveError as error:
        is_sentence(error)
        return
    try:
        for item in found.items:
            assert item.pair.picture.parent == item.pair.mask.parent
            assert str(item.pair.picture).startswith(found.folder.name)
            assert read_mask(item.pair.mask).car.shape == codec.decode(item.pair.picture).shape[:2]
    except UnsureMaskError:
        assert found.unsure
    finally:
        found.folder.cleanup()


def annotation(data: bytes) -> None:
    """Masks of the drawings, or one sentence."""
    try:
        found = read_annotations(data, "a.json")
        if found is None:
            return
        car = car_labels(labels_of(found.values()))
        for drawing in found.values():
            true = mask_of(drawing, corpus.SIZE, car)
            assert true.car.shape == corpus.SIZE
            assert true.void is None or not (true.car & true.void).any()
    except (AnnotationError, UnsureMaskError) as error:
        is_sentence(error)


def names(data: bytes) -> None:
    """Pairs in which each file occurs once, under names that can be shown."""
    listed = data.decode("utf-8", "surrogateescape").split("\n")
    matches, remarks = match(listed)
    used = [place for one in matches for place in (one.picture, one.mask)]
    assert len(used) == len({*used})
    assert len({one.id for one in matches}) == len(matches)
    for shown in [*(one.id for one in matches), *remark_lines(remarks)]:
        assert shown.isprintable(), shown
        assert ".." not in shown.split("/")


def _connector(called: list[str]) -> Callable[[str, int, float], socket.socket]:
    def connect(address: str, _port: int, _seconds: float) -> socket.socket:
        called.append(address)
        raise ConnectionRefusedError

    return connect


def _resolver(host: str, _port: int) -> list[str]:
    """As a system that knows every spelling of an address, and one name for the rest."""
    if host.lower().rstrip(".") in LOOPBACK:
        return LOOPBACK["localhost"]
    try:
        return [socket.inet_ntoa(socket.inet_aton(host))]
    except (OSError, UnicodeError, ValueError):
        return [PUBLIC]


def address(data: bytes) -> str:
    """One sentence, and no special address is connected to. Returns what was, or ''."""
    called: list[str] = []
    try:
        fetch(
            data.decode("utf-8", "surrogateescape"),
            resolver=_resolver,
            connector=_connector(called),
        )
    except FetchError as error:
        is_sentence(error)
    for one in called:
        assert not special(one), one
    return called[0] if called else ""


def config(data: bytes) -> None:
    """A config of a network that may be built, or one sentence."""
    try:
        found = parse_config(data, "fuzz")
    except CheckpointError as error:
        is_sentence(error)
        return
    json.dumps(found.arguments)
    assert 0 < found.threshold < 1
    assert all(part > 0 and math.isfinite(part) for part in found.std)
    assert found.car is None or 0 <= found.car < max(found.classes, 1)
    if found.architecture in ARCHITECTURES:
        widths = found.arguments.get("widths", [1])
        assert len(widths) <= 8
        assert max(widths) <= 4096
        assert found.multiple <= 2**9
    bounds.check_values(found.arguments)


def comparison(data: bytes) -> None:
    """A comparison that is written and read again as it is, or one sentence."""
    try:
        found = from_file(data)
    except ComparisonError as error:
        is_sentence(error)
        return
    again = from_file(to_file(found))
    # Small pictures are written anew, with loss.
    assert again.thumbnails.keys() == found.thumbnails.keys()
    assert again.model_copy(update={"thumbnails": found.thumbnails}) == found


def link(data: bytes) -> None:
    """What a link may bring is no number without an end, and can be shown."""
    key, *values = data.decode("utf-8", "surrogateescape").split("\n")
    if not fits(key, values):
        return
    for value in values:
        assert value.isprintable() or not value
        try:
            number = float(value)
        except ValueError:
            continue
        assert math.isfinite(number) or key.endswith(("sample", "url", "picture"))


TARGETS = {
    "picture": Target(picture, corpus.pictures),
    "mask": Target(mask, corpus.masks),
    "archive": Target(archive, corpus.archives),
    "annotation": Target(annotation, corpus.annotations),
    "names": Target(names, corpus.names),
    "address": Target(address, corpus.addresses),
    "config": Target(config, corpus.configs),
    "comparison": Target(comparison, corpus.comparisons),
    "link": Target(link, corpus.links),
}
