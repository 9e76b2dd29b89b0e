"""Many pictures at the same time write what one after the other wrote, byte for byte."""

import threading
from pathlib import Path

import numpy as np
import pytest

from carseg.compositing.edges import Edges
from carseg.core.gate import Gate
from carseg.imaging import codec
from carseg.inference.predictor import Predictor
from carseg.service.batch import picture as one_picture
from carseg.service.batch.picture import Settings
from carseg.service.batch.pipeline import LINE, run
from carseg.service.inputs import Input
from carseg.service.naming import USUAL, Pattern
from carseg.service.outputs import Coding, Job, planned, save_results
from tests.service.batch.test_picture import jobs_of

KINDS = ("mask", "cutout", "overlay", "grey")


@pytest.fixture
def folder(picture, tmp_path: Path) -> Path:
    """Seven pictures of several sizes, and a file in the middle that is none."""
    place = tmp_path / "photos"
    place.mkdir()
    for number in range(7):
        turned = np.ascontiguousarray(np.rot90(picture[number:, 2 * number :], number))
        (place / f"{number}.png").write_bytes(codec.encode(turned))
    (place / "3-bad.jpg").write_bytes(b"no picture")
    return place


def by_picture(jobs: list[Job]) -> list[list[Job]]:
    return [[job for job in jobs if job.item is item] for item in {j.item: 0 for j in jobs}]


@pytest.mark.usefixtures("tiny_weights")
@pytest.mark.parametrize("workers", [1, 4])
def test_files_and_rows_are_those_of_a_plain_loop(folder, tmp_path, workers):
    out, plain = tmp_path / "out", tmp_path / "plain"
    predictor = Predictor("cpu")
    for job in jobs_of(folder, out=plain, kinds=KINDS):
        if job.item.stem != "3-bad":
            rgb = codec.decode(job.item.read())
            said = predictor.predict(rgb, job.model)
            save_results(job.files, rgb, said, edges=Edges(said.threshold))
    jobs = jobs_of(folder, out=out, kinds=KINDS)
    rows = [row for rows in run(by_picture(jobs), predictor, Settings(), workers=workers)
            for row in rows]  # fmt: skip
    assert [(row.source, row.model) for row in rows] == [(j.item.source, j.model) for j in jobs]
    assert [Path(row.source).name for row in rows if row.error] == ["3-bad.jpg"] * 2
    names = {path.relative_to(plain) for path in plain.rglob("*.png")}
    assert len(names) == 7 * 2 * len(KINDS)
    assert names == {path.relative_to(out) for path in out.rglob("*.*")}
    for name in names:
        assert (out / name).read_bytes() == (plain / name).read_bytes(), name


class Held:
    """A predictor that lets nobody through before it is told to, and counts who is there."""

    def __init__(self) -> None:
        self.open, self.came = threading.Event(), threading.Semaphore(0)

    def predict(self, *_, **__):
        self.came.release()
        self.open.wait(20)
        raise codec.PictureError("enough")


def made(number: int, tmp_path: Path, picture: np.ndarray) -> list[Job]:
    data = codec.encode(picture)
    items = [Input(f"{n}.png", str(n), lambda: data) for n in range(number)]
    return planned(
        items,
        ["m"],
        ["mask"],
        folder=tmp_path,
        pattern=Pattern.parse(USUAL),
        coding=Coding(),
    )


def test_a_stop_finishes_what_has_begun_and_begins_nothing(tmp_path, picture):
    begun, held, goes_on = [], Held(), True

    def counted():
        for job in made(50, tmp_path, picture):
            begun.append(job)
            yield [job]

    found = run(counted(), held, Settings(), goes_on=lambda: goes_on, workers=2)
    thread = threading.Timer(0.2, held.open.set)
    thread.start()
    first = next(found)
    goes_on = False
    rest = list(found)
    assert first[0].error == "enough"
    assert len(begun) <= 2 * LINE + 1
    assert 1 <= 1 + len(rest) <= len(begun)


def test_pictures_in_progress_are_bounded_by_their_pixels(tmp_path, picture, monkeypatch):
    pixels = picture.shape[0] * picture.shape[1]
    gate = Gate(2 * pixels, longest=float("inf"))
    monkeypatch.setattr(one_picture, "IN_FLIGHT", gate)
    most = []
    monkeypatch.setattr(codec, "decode", lambda _: most.append(gate.inside) or picture)
    held = Held()
    held.open.set()
    rows = list(run([[job] for job in made(12, tmp_path, picture)], held, Settings(), workers=6))
    assert len(rows) == len(most) == 12
    assert max(most) <= 2 * pixels
    assert gate.inside == 0


def test_a_reader_that_goes_away_ends_the_work(tmp_path, picture):
    held = Held()
    held.open.set()
    found = run([[job] for job in made(40, tmp_path, picture)], held, Settings(), workers=2)
    assert next(found)[0].error == "enough"
    found.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("batch")]
