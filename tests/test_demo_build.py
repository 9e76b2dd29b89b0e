"""What the script that builds the page of docs/demo takes, and what it refuses."""

import base64
import hashlib
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from carseg.models.checkpoint import read_config
from carseg.service.exporting import ExportOptions, export
from tests.factories.demo import SOURCES, build_script
from tests.factories.graphs import dark

build = build_script()


def package(place: Path, names=build.RUNTIME_FILES) -> tuple[Path, str]:
    """A package as npm packs it, and its integrity."""
    source, packed = place / "package" / "dist", place / "made.tgz"
    source.mkdir(parents=True)
    for name in (*names, "ort.webgl.min.js"):
        (source / name).write_text(f"// {name}")
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(place / "package", "package")
    digest = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
    return packed, f"sha512-{digest}"


def test_only_the_pinned_package_is_unpacked(tmp_path):
    packed, integrity = package(tmp_path)
    with pytest.raises(build.BuildError, match="not the pinned one"):
        build.unpack_runtime(packed, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    build.unpack_runtime(packed, tmp_path / "out", integrity)
    assert {p.name for p in (tmp_path / "out").iterdir()} == set(build.RUNTIME_FILES)


def test_without_npm_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(build.BuildError, match="npm is not here"):
        build.copy_runtime(tmp_path)


def test_every_file_that_the_page_names_is_copied(tmp_path):
    build.copy_page(tmp_path)
    text = (tmp_path / "index.html").read_text()
    for name in (*build.PAGE_FILES[1:3], "icon.svg", *(f"samples/{s}" for s in build.SAMPLES)):
        assert f'"{name}"' in text
        assert (tmp_path / name).stat().st_size > 0
    assert {p.name for p in SOURCES.glob("*.js")} <= set(build.PAGE_FILES)


def test_the_models_facts_are_those_of_the_exported_file(tiny_weights, picture, tmp_path):
    for folder, pixels in (("images", picture), ("masks", picture[..., 0] < 60)):
        (tmp_path / "data" / folder).mkdir(parents=True)
        Image.fromarray(np.asarray(pixels)).save(tmp_path / "data" / folder / "one.png")
    out = tmp_path / "mine.onnx"
    files, _ = export(ExportOptions("tiny-a", out=out, data=tmp_path / "data"), tiny_weights)
    assert files == [out]
    page = tmp_path / "page"
    page.mkdir()
    (page / "old.float32.onnx").write_text("of an earlier build")
    build.copy_network(out, page)
    facts, config = (
        json.loads((page / "model.json").read_text()),
        read_config(tiny_weights / "tiny-a"),
    )
    assert [p.name for p in page.glob("*.onnx")] == [facts["file"]] == ["tiny-a.float32.onnx"]
    assert facts["bytes"] == out.stat().st_size
    assert (facts["area"], facts["threshold"]) == (config.area, config.threshold)
    assert (tuple(facts["mean"]), tuple(facts["std"])) == (config.mean, config.std)


def test_a_graph_that_was_not_exported_here_is_refused(tmp_path):
    dark(tmp_path / "other.onnx")
    for name in ("other.onnx", "missing.onnx"):
        with pytest.raises(build.BuildError, match="was not written by carseg export"):
            build.copy_network(tmp_path / name, tmp_path)
