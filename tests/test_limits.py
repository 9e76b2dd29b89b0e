"""The limits that SECURITY.md states are those of the code."""

import re

import pytest

from carseg.api import entrance, schemas
from carseg.core import gate
from carseg.core.settings import ROOT
from carseg.data import annotations, archive, polygons
from carseg.imaging import apart, codec, untrusted, work, worker
from carseg.imaging.net import fetch, urls
from carseg.models import bounds
from carseg.results import comparison
from carseg.service.batch import sent
from carseg.ui.shared import door, kept, links, sweeper, tray

MILLION, KIB, MB, GB = 10**6, 2**10, 2**20, 2**30


LIMITS = {
    "a picture": [
        f"{untrusted.MAX_PIXELS // MILLION} million pixels, {untrusted.MAX_SIDE:,} on a side",
        f"{codec.MOST_MB} MB",
    ],
    "work of a picture": [
        f"{work.MOST_SCANS} scans, {work.MOST_SCAN_PIXELS // 10**9} billion scan pixels",
        f"{work.MOST_SEGMENTS:,} segments, {work.MOST_HEAD // MB} MiB of tables and profiles",
        f"{work.MOST_CHUNKS:,} chunks, {work.MOST_TAGS:,} tags",
        f"{work.MOST_RLE // KIB} KiB of bitmap runs",
    ],
    "time of a picture": [
        f"{worker.SECONDS} s of processor time and {worker.SECONDS_PER_PIXEL * MILLION:.1f} s per",
        f"{apart.SLOWEST:.0f} s by the clock; {worker.MOST_MEMORY // GB} GiB of memory",
    ],
    "in progress": [f"{gate.MOST_PIXELS // MILLION} million pixels at once"],
    "a ZIP or folder": [
        f"{archive.MOST_SENT // MB} MB, {archive.MOST_UNPACKED // GB} GB unpacked",
        f"{archive.RATIO} times its size, {archive.MOST_FILES:,} files of",
        f"{archive.MOST_FILE_BYTES // MB} MB, {archive.MOST_PIXELS // 10**9} billion pixels",
    ],
    "annotation files": [
        f"{annotations.MOST_ENTRIES:,} pictures",
        f"{polygons.MOST_WORK // MILLION} s to draw",
    ],
    "an address": [
        f"{fetch.MAX_BYTES // MB} MiB, {fetch.TOTAL_SECONDS:.0f} s",
        f"{fetch.MAX_REDIRECTS} redirects",
        "ports {} and {}".format(*urls.PORTS.values()),
    ],
    "uploads that no page took": [
        f"{door.MOST_OF_ONE // MB} MB of a visitor, {door.MOST_HELD / MB / 1000} GB of all",
        f"{sweeper.CLOSED_FOR:.0f} s after a page closed, {sweeper.TAKEN_WITHIN / 60:.0f} minutes",
    ],
    "pictures of open pages": [
        f"{tray.MOST_PICTURES} and {tray._MOST_BYTES // MB} MB of a visitor",
        f"{tray._MOST_OF_ALL // GB} GB of all",
    ],
    "pictures of closed pages": [
        f"{kept.MOST_BYTES // MB} MB of all, {tray.KEPT_MINUTES} minutes",
    ],
    "a batch": [
        f"{sent.MOST_PICTURES:,} pictures and {archive.MOST_SENT // MB} MB of a visitor",
        f"{sent.MOST_RESULTS // GB} GB of results",
        f"{sent.MOST_OF_ALL // GB} GB of all batches",
    ],
    "a file of a comparison": [f"{comparison.MOST_FILE_BYTES // MB} MB"],
    "a value of a link": [f"{links._MOST_LETTERS:,} letters, {links._MOST_VALUES} values"],
    "HTTP": [
        f"{entrance.MOST_BODY // MB} MiB and {entrance.BODY_SECONDS:.0f} s of a request",
        f"{entrance.MOST_AT_ONCE} requests at once, {schemas.MOST_MODELS} models",
    ],
    "a config of a checkpoint": [
        f"{bounds.MOST_CONFIG // MB} MiB",
        f"{bounds.MOST_PARAMETERS // MILLION} million numbers",
    ],
}


def rows() -> dict[str, list[str]]:
    table = (ROOT / "SECURITY.md").read_text().split("## Limits")[1]
    cells = [re.split(r" *\| *", line)[1:-1] for line in table.splitlines() if line[:1] == "|"]
    return {what: [limit, where] for what, limit, where in cells[2:]}


@pytest.mark.parametrize("what", LIMITS)
def test_the_stated_limit_is_that_of_the_code(what: str):
    limit, _ = rows()[what]
    for text in LIMITS[what]:
        assert text in limit
    stated = set(re.findall(r"\d[\d,.]*", limit.replace(", ", " ")))
    checked = {number for text in LIMITS[what] for number in re.findall(r"\d[\d,.]*", text)}
    known = {"8", "4,096"} if what == "a config of a checkpoint" else set()
    assert {n.rstrip(",.") for n in stated} - {n.rstrip(",.") for n in checked} == known


def test_every_row_is_checked_and_its_files_are_there():
    assert set(rows()) == set(LIMITS)
    for _, where in rows().values():
        files = re.findall(r"`([\w/.]+)`", where)
        folder = (ROOT / "carseg" / files[0]).parent
        assert all(
            (ROOT / "carseg" / file).is_file() or (folder / file).is_file() for file in files
        )


def test_the_widths_of_a_config():
    arguments = {"widths": [4096] * 8}
    bounds.check_arguments(bounds.PlainArguments, arguments)
    for more in ([4097], [1] * 9):
        with pytest.raises(bounds.BoundsError):
            bounds.check_arguments(bounds.PlainArguments, {"widths": more})


def test_a_number_of_a_link():
    assert links.fits("j-seed", ["1000000000000"])
    assert not links.fits("j-seed", ["1000000000001"])
