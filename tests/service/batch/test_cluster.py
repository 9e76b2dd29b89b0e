"""Pictures by the workers of a cluster: the files are those that one machine writes."""

from pathlib import Path

import numpy as np
import pytest

from carseg.cli import main
from carseg.core.cluster import Cluster
from carseg.imaging.codec import encode
from tests.factories.cluster import NoCluster

pytestmark = pytest.mark.usefixtures("tiny_weights")


@pytest.fixture
def cluster(monkeypatch) -> NoCluster:
    made = NoCluster()
    monkeypatch.setattr(Cluster, "__post_init__", lambda _: None)
    monkeypatch.setattr(Cluster, "spread", lambda _, jobs, make: made.spread(jobs, make))
    return made


@pytest.fixture
def photos(picture, tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for angle in range(1, 4):
        turned = np.ascontiguousarray(np.roll(picture, 7 * angle, axis=1))
        (folder / f"golf_{angle}.png").write_bytes(encode(turned))
    (folder / "golf_4.png").write_bytes(b"no picture")
    monkeypatch.chdir(tmp_path)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*")}


@pytest.mark.parametrize("more", [[], ["--frame", "4:3"], ["--coco"]], ids=str)
@pytest.mark.usefixtures("photos")
def test_files_and_rows_are_those_of_one_machine(tmp_path, capsys, cluster, more):
    options = ["--model", "tiny-a", "--model", "tiny-b", "--threshold", "0.54", "--save",
               "mask,cutout", "--exif", *more]  # fmt: skip
    told = []
    for place in ("local", "ray"):
        out = str(tmp_path / place)
        assert main(["predict", "photos", *options, "--on", place, "--out", out]) == 1
        shown = capsys.readouterr()
        assert "golf_4.png" in shown.err
        told.append(sorted(shown.out.replace(f"/{place}/", "/").splitlines()))
    assert files(tmp_path / "ray") == files(tmp_path / "local")
    assert len(files(tmp_path / "ray")) >= 12
    assert told[0] == told[1]
    assert cluster.done == (8 if "--frame" in more else 4)
