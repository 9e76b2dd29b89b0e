"""One car along a dial: what is computed, once, and what masks are compared with."""

import io
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from PIL import Image

from carseg.core.store import ByteLru
from carseg.dials import DIALS, Dial, LabelledPicture
from carseg.imaging import codec
from carseg.inference.prediction import Prediction
from carseg.measures.overlap import counts
from carseg.service import dial_strip
from carseg.service.dial_strip import (
    Borrowed,
    Car,
    Strip,
    borrowed_backgrounds,
    car_with_truth,
    found_by,
    moved_mask,
)
from carseg.service.workshop import Photo, Workshop
from carseg.ui.juncture.figures import palette
from carseg.ui.juncture.strip_scores import steps_table
from carseg.ui.shared.charts import MARKS, clear

SIZE = (80, 120)
y, x = np.mgrid[: SIZE[0], : SIZE[1]]
TRUTH = ((y - 44) / 18) ** 2 + ((x - 58) / 30) ** 2 < 1
RGB = np.where(TRUTH[..., None], (200, 210, 220), 60).astype(np.uint8)
FRAMING = [name for name in DIALS if name.startswith("framing.")]


@dataclass
class Bright:
    """A predictor whose every model finds bright pixels, and that counts its work."""

    asked: list[str] = field(default_factory=list)

    class device:  # noqa: N801
        kind = "cpu"

    def predict(self, rgb: np.ndarray, model: str) -> Prediction:
        self.asked.append(model)
        share = (rgb.mean(-1) / 255).astype(np.float16)
        return Prediction(model, "", share, rgb.shape[:2], 0.5)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carseg.evaluation.stress_pictures.GRID", SIZE)


@pytest.fixture
def shop() -> Workshop:
    return Workshop(Bright(), ByteLru(50_000_000))


@pytest.fixture
def photo() -> Photo:
    data = codec.encode(RGB)
    return Photo(codec.digest(data), "car.png", "upload", "", data)


def strip(shop: Workshop, car: Car, dial: str | Dial = "weather", **changed) -> Strip:
    dial = DIALS[dial] if isinstance(dial, str) else dial
    return Strip(shop, car, {"a": "1" * 64, "b": "2" * 64}, dial, **changed)


@pytest.fixture
def known(shop, photo) -> Car:
    return car_with_truth(shop, photo, TRUTH, "by hand")


@pytest.fixture
def unknown(shop, photo) -> Car:
    return found_by(shop, photo, "a", "1" * 64)


def test_a_step_is_what_the_dial_makes(shop, known):
    np.testing.assert_array_equal(known.sample.truth, TRUTH)
    one = strip(shop, known, "framing", seed=3)
    assert one.step(0) is known.sample
    there = DIALS["framing"].apply(known.sample, 2.5, known.photo.id, 3)
    np.testing.assert_array_equal(one.step(2.5).rgb, there.rgb)
    np.testing.assert_array_equal(one.reference("a", 2.5), there.truth)


def test_only_the_step_asked_for_is_computed_and_once(shop, known):
    one = strip(shop, known)
    assert not one.known("a", 2)
    for _ in range(2):
        one.prediction("a", 2)
        one.shown(2, {"a": (1, 2, 3)}, True)
    assert shop.predictor.asked == ["a"]
    assert one.known("a", 2)
    assert not one.known("b", 2)
    assert not one.known("a", 1)
    # Another draw is another picture; the untouched one is the same on every dial.
    strip(shop, known, seed=1).prediction("a", 2)
    one.prediction("a", 0)
    strip(shop, known, "camera", seed=1).prediction("a", 0)
    assert shop.predictor.asked == ["a"] * 3


def test_new_weights_and_other_materials_are_asked_again(shop, known):
    one = strip(shop, known)
    one.prediction("a", 2)
    replace(one, versions={"a": "9" * 64}).prediction("a", 2)
    replace(one, borrowed=Borrowed(key=("scene.png", 1))).prediction("a", 2)
    assert len(shop.predictor.asked) == 3


def test_dice_is_that_of_the_masks(shop, known):
    one = strip(shop, known, "light")
    step = one.step(4)
    mask = (step.rgb.mean(-1) / 255).astype(np.float16).astype(np.float32) >= 0.5
    both, sizes = np.sum(mask & step.truth), mask.sum() + step.truth.sum()
    assert one.dice("a", 4) == pytest.approx(2 * both / sizes if sizes else 1)


def test_the_table_holds_what_was_looked_at(shop, known):
    one = strip(shop, known)
    one.prediction("a", 2)
    table = steps_table(one, {"a": "A", "b": "B"})
    assert list(table.columns) == ["0", "1", "2", "3", "4", "5"]
    assert table.notna().sum().to_dict() == {"0": 0, "1": 0, "2": 1, "3": 0, "4": 0, "5": 0}
    assert table.loc["A", "2"] == one.dice("a", 2)


def test_without_a_truth_a_model_says_where_the_car_is(shop, unknown):
    np.testing.assert_array_equal(unknown.sample.truth, TRUTH)
    assert not unknown.true
    assert unknown.mask.startswith("a ")
    one = strip(shop, unknown)
    assert one.dice("a", 0) == one.dice("b", 0) == 1
    assert one.finds_a_car("a")
    assert shop.predictor.asked == ["a", "b"]  # the finder's first answer is known already


@pytest.mark.parametrize("dial", [name for name in DIALS if "." not in name])
@pytest.mark.parametrize("severity", [1, 4.5])
def test_the_finder_is_compared_with_its_own_mask_after_the_dial(shop, unknown, dial, severity):
    one = strip(shop, unknown, dial)
    there = one.step(severity).truth
    np.testing.assert_array_equal(one.reference("a", severity), there)


@pytest.mark.parametrize("dial", FRAMING)
@pytest.mark.parametrize("severity", [0.7, 2, 5])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_mask_moves_as_the_truth_does(known, dial, severity, seed):
    there = DIALS[dial].apply(known.sample, severity, known.photo.id, seed).truth
    np.testing.assert_array_equal(moved_mask(known, TRUTH, DIALS[dial], severity, seed), there)


def test_it_moves_by_its_share_when_all_act_at_once(known):
    still = tuple(n for n in DIALS["combined"].effects if not n.startswith("clutter"))
    dial = replace(DIALS["combined"], effects=still)
    there = dial.apply(known.sample, 4, known.photo.id, 0).truth
    np.testing.assert_array_equal(moved_mask(known, TRUTH, dial, 4, 0), there)


def test_another_mask_of_the_picture_goes_with_it(known):
    """By whole pixels: told from where the car went."""
    dial, other = DIALS["framing.shift"], np.zeros(SIZE, bool)
    other[30:40, 40:70] = True
    there = dial.apply(known.sample, 2, known.photo.id, 0).truth
    down, right = (
        int(np.flatnonzero(there.any(axis))[0] - np.flatnonzero(TRUTH.any(axis))[0])
        for axis in (1, 0)
    )
    assert (down, right) != (0, 0)
    expected = np.zeros(SIZE, bool)
    expected[30 + down : 40 + down, 40 + right : 70 + right] = True
    np.testing.assert_array_equal(moved_mask(known, other, dial, 2, 0), expected)


def test_places_do_not_change_where_nothing_moves(known):
    other = np.roll(TRUTH, 9, 1)
    for dial in ("weather", "camera", "clutter", "background"):
        np.testing.assert_array_equal(moved_mask(known, other, DIALS[dial], 5, 0), other)


def test_a_network_that_finds_nothing(shop):
    data = codec.encode(np.zeros((*SIZE, 3), np.uint8))
    dark = found_by(shop, Photo("x", "x", "upload", "", data), "a", "1" * 64)
    one = strip(shop, dark, "framing")
    assert not one.finds_a_car("a")
    assert one.dice("a", 3) == 1  # both are empty


def test_outlines_and_thumbnails(shop, known):
    one = strip(shop, known)
    plain, outlined, true = (
        np.asarray(Image.open(io.BytesIO(one.shown(3, colours, truth)))).astype(int)
        for colours, truth in (({}, False), ({"a": (230, 0, 0)}, False), ({}, True))
    )
    assert plain.shape == (160, 240, 3)
    assert np.abs(plain - outlined).max() > 60
    assert np.abs(plain - true).max() > 60
    small = Image.open(io.BytesIO(one.thumbnail(3)))
    assert small.size == (160, 107)
    assert one.thumbnail(0) == strip(shop, known, "camera", seed=5).thumbnail(0)
    assert shop.predictor.asked == ["a"]


def test_backgrounds_are_borrowed_where_there_are_some(tmp_path):
    assert (
        borrowed_backgrounds(tmp_path / "nowhere") == borrowed_backgrounds(tmp_path) == Borrowed()
    )
    Image.new("RGB", (40, 30), (9, 8, 7)).save(tmp_path / "park.png")
    found = borrowed_backgrounds(tmp_path)
    (read,) = found.materials.backgrounds
    assert (read() == (9, 8, 7)).all()
    assert found.key[0][0] == "park.png"
    assert borrowed_backgrounds(tmp_path) is found
    sample = LabelledPicture(RGB, TRUTH)
    there = DIALS["background.photo"].apply(sample, 5, "p", 0, found.materials)
    assert counts(there.truth, TRUTH).dice == 1
    assert (there.rgb[:10] == (9, 8, 7)).all()
    assert dial_strip.untouched(Photo("i", "n", "upload")) == ("step", "i")


def test_colours_are_kept_and_never_shared():
    first = palette(["a", "b", "c"])
    assert first == dict(zip("abc", MARKS, strict=False))
    second = palette(["x", "c", "y"], first)
    assert second["c"] == first["c"]
    assert len({mark[0] for mark in second.values()}) == 3
    assert len(palette("abcdefgh")) == 8
    assert clear("#0B6E99", 0.2) == "rgba(11,110,153,0.2)"
