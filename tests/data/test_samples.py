"""The sample pictures we ship: present, paired with exact masks, small, and really about a car."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from carseg.compositing.scenes import shipped_scenes
from carseg.data.samples import one_of_each, samples, title_of
from carseg.data.sets import SETS, find

SAMPLES = Path(__file__).resolve().parents[2] / "sample_images"
PICTURES = sorted(SAMPLES.glob("studio/*")) + sorted(SAMPLES.glob("street/*"))
PLACES = sorted(SAMPLES.glob("backgrounds/*.jpg"))
MAX_BYTES = 400_000  # per picture: a clone stays light
MAX_TOTAL = 12_000_000


def _mask(picture: Path) -> np.ndarray:
    """The mask of a sample as stored, uint8 (H, W)."""
    with Image.open(SAMPLES / "masks" / f"{picture.stem}.png") as image:
        assert image.format == "PNG", f"{picture.stem}: the mask is no PNG"
        return np.asarray(image)


@pytest.mark.parametrize("domain", ["studio", "street"])
def test_two_pictures_of_each_kind(domain: str) -> None:
    assert len(list((SAMPLES / domain).glob("*.jpg"))) >= 2


def test_every_picture_has_one_mask_and_no_mask_is_left_over() -> None:
    stems = [picture.stem for picture in PICTURES]
    assert len(set(stems)) == len(stems), "masks are named by stem, so stems must differ"
    masks = sorted(mask.name for mask in (SAMPLES / "masks").iterdir())
    assert masks == sorted(f"{stem}.png" for stem in stems)


def test_all_together_stay_small() -> None:
    assert sum(path.stat().st_size for path in PICTURES + PLACES) < MAX_TOTAL
    assert all(path.stat().st_size < MAX_BYTES for path in PLACES)


def test_six_places_know_their_ground_and_light() -> None:
    found = shipped_scenes(SAMPLES / "backgrounds")
    assert [place.path for place in found.values()] == PLACES
    assert len(found) >= 6
    assert all(scene.ground is not None and not scene.problem for scene in found.values())


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.stem)
class TestPicture:
    """Checks of each picture with its mask."""

    def test_jpeg_of_a_useful_size(self, picture: Path) -> None:
        assert picture.suffix == ".jpg"
        assert picture.stat().st_size < MAX_BYTES
        with Image.open(picture) as image:
            image.load()
            assert image.format == "JPEG"
            assert image.mode == "RGB"
            assert min(image.size) >= 480
            assert not image.getexif(), "samples carry no metadata"

    def test_mask_matches_in_size_and_is_binary(self, picture: Path) -> None:
        mask = _mask(picture)
        with Image.open(picture) as image:
            assert mask.shape == (image.height, image.width)
        assert mask.dtype == np.uint8
        assert set(np.unique(mask)) == {0, 255}

    def test_car_share(self, picture: Path) -> None:
        share = (_mask(picture) == 255).mean()
        assert 0.05 <= share <= 0.60

    def test_picture_changes_at_the_mask_edge(self, picture: Path) -> None:
        """A mask of another picture, or one shifted, would not follow edges of this one."""
        with Image.open(picture) as image:
            grey = np.asarray(image.convert("L"), dtype=np.float32)
        car = _mask(picture) == 255
        steps = np.abs(np.diff(grey, axis=1))
        edge = car[:, 1:] != car[:, :-1]
        assert steps[edge].mean() > 2.0 * steps[~edge].mean()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("studio/van_02", "studio/van_01", "studio/suv-3", "street/van_01", "masks/van_01"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        suffix = ".png" if "masks" in name else ".jpg"
        Image.new("L", (8, 6), 255).save(path.with_suffix(suffix))
    (tmp_path / "street" / "notes.txt").write_text("no picture")
    return tmp_path


def test_views_of_one_car_belong_together(folder: Path) -> None:
    found = samples(folder)
    assert list(found) == ["studio/suv-3", "studio/van_01", "studio/van_02", "street/van_01"]
    assert list(one_of_each(found)) == ["studio/suv-3", "studio/van_01", "street/van_01"]
    assert [s.title for s in found.values()][:3] == ["SUV 3", "Van, view 1", "Van, view 2"]
    assert [s.mask is not None for s in found.values()] == [False, True, False, True]
    assert samples(folder / "masks") == {}
    assert title_of("city-night_2") == "City night 2"


def test_a_turntable_is_led_by_its_three_quarter_view(tmp_path: Path) -> None:
    (tmp_path / "studio").mkdir()
    for number in (1, 2, 3, 9):
        Image.new("L", (8, 6)).save(tmp_path / "studio" / f"van_{number:02d}.jpg")
    found = samples(tmp_path)
    assert list(one_of_each(found)) == ["studio/van_03"]
    assert [s.path.stem for s in found.values()] == ["van_01", "van_02", "van_03", "van_09"]


def test_sixteen_views_of_a_car_on_the_turntable() -> None:
    views = [s for s in samples().values() if s.car == "studio/sedan"]
    assert [s.title for s in views] == [f"Sedan, view {number}" for number in range(1, 17)]
    for sample in views:
        with Image.open(sample.path) as image:
            assert image.size == (1918, 1280)


def test_the_rendered_sets_resample_cars_and_not_views() -> None:
    sets = (SETS["rendered-studio"], SETS["rendered-street"])
    cars = {pair.id: pair.group for chosen in sets for pair in find(None, chosen)}
    assert set(cars) == set(samples())
    assert len(set(cars.values())) == len(one_of_each(samples()))
