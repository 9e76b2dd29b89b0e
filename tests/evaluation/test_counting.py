"""Counting cars, against pictures whose number of cars is known."""

import numpy as np
import pytest
from PIL import Image

from carseg.cli import main
from carseg.data.pairs import DataError, find_pairs
from carseg.evaluation.counting import Counted, counted, known, read_counts, tally
from carseg.inference.predictor import Predictor


@pytest.fixture
def folder(tmp_path):
    """Two pictures: a lone block, and two blocks, one of them low."""
    for name in ("images", "masks"):
        (tmp_path / name).mkdir()
    rng = np.random.default_rng(0)
    for stem, blocks in {"one": [(10, 40)], "two": [(10, 40), (80, 83)]}.items():
        mask = np.zeros((100, 150), np.uint8)
        for number, (top, bottom) in enumerate(blocks):
            mask[top:bottom, 20 + 60 * number : 60 + 60 * number] = 255
        Image.fromarray(mask).save(tmp_path / "masks" / f"{stem}.png")
        picture = rng.integers(0, 256, (100, 150, 3), np.uint8)
        Image.fromarray(picture).save(tmp_path / "images" / f"{stem}.jpg")
    return tmp_path


def test_cars_of_true_masks(folder):
    pairs = known(find_pairs(folder, "pairs"), {"one": 1, "two": 2, "gone": 3})
    assert list(counted(pairs, Predictor("cpu"), "", 0)) == [
        Counted("one", 1, 1),
        Counted("two", 2, 2),
    ]
    assert [one.found for one in counted(pairs, Predictor("cpu"), "", 0.1)] == [1, 1]


def test_nothing_to_count(folder):
    with pytest.raises(DataError, match="None of the counted pictures"):
        known(find_pairs(folder, "pairs"), {"gone": 3})


def test_a_tally_by_hand():
    said = tally([Counted("a", 1, 1), Counted("b", 2, 5), Counted("c", 4, 3), Counted("d", 0, 0)])
    assert (said.pictures, said.right, said.off, said.cars, said.found) == (4, 0.5, 1.0, 7, 9)
    assert said.interval is None


@pytest.mark.parametrize(
    "text", ["", "picture,cars\n", "picture\na\n", "picture,cars\na,many\n", "picture,cars\na,-1\n"]
)
def test_another_file_is_no_counts(tmp_path, text):
    file = tmp_path / "counts.csv"
    file.write_text(text)
    with pytest.raises(DataError, match="columns picture and cars"):
        read_counts(file)
    with pytest.raises(DataError, match="cannot be read"):
        read_counts(tmp_path / "none.csv")


def test_the_command(folder, tiny_weights, capsys):  # noqa: ARG001
    (folder / "counts.csv").write_text("picture,cars\none,1\ntwo,1\n")
    options = ["--counts", str(folder / "counts.csv"), "--masks", "--each", "--device", "cpu"]
    assert main(["count", "--data", str(folder), "--model", "tiny-a", *options]) == 0
    said = capsys.readouterr().out
    assert said.startswith("true masks: 0.500 of 2 pictures exactly right, off by 0.50 cars")
    assert "  two: 2 found, 1 there" in said
    assert "tiny-a: " in said
