"""The sample pictures we ship: present, paired with exact masks, small, and really about a car."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

SAMPLES = Path(__file__).resolve().parents[1] / "sample_images"
PICTURES = sorted(SAMPLES.glob("studio/*")) + sorted(SAMPLES.glob("street/*"))
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
    assert sum(path.stat().st_size for path in PICTURES) < MAX_TOTAL


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
