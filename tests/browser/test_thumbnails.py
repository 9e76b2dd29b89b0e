"""A thumbnail is chosen where a hand would choose it: by a click on its picture."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.browser.driving import card, is_one_target, loaded, pick, settled, upload

SCREENS = [(390, 844), (1280, 900)]


@pytest.fixture(params=SCREENS, ids=lambda size: str(size[0]))
def screen(page, request: pytest.FixtureRequest):
    """The first page on a telephone and on a laptop, opened at that size."""
    width, height = request.param
    page.set_viewport_size({"width": width, "height": height})
    page.reload()
    card(page, "Sedan, view 3 · studio").locator("img").wait_for()
    settled(page)
    return page


def on_stage(page, name: str) -> None:
    """Wait until the photo of this name is the one on the stage."""
    page.locator(f'.sheet img[alt^="Overlay by Tiny tiny-a"][alt*="{name}"]').wait_for()


def test_a_click_on_a_samples_picture_puts_it_on_the_stage(screen):
    sample = card(screen, "Sedan, view 3 · studio")
    is_one_target(screen, sample)
    pick(screen, sample)
    loaded(screen, 2)
    on_stage(screen, "Sedan, view 3")


def test_a_click_on_a_picture_of_the_filmstrip_puts_it_on_the_stage(
    screen, car: Path, picture: np.ndarray, tmp_path: Path
):
    other = tmp_path / "a name too long for the strip.png"
    Image.fromarray(picture[::-1].copy()).save(other)
    upload(screen, car, other)
    on_stage(screen, car.name)
    short = card(screen, "my car.png")
    long = screen.locator('.st-key-filmstrip [class*="st-key-thumb-off"]')
    for thumbnail, name in ((long, other.name), (short, car.name)):
        is_one_target(screen, thumbnail)
        pick(screen, thumbnail)
        on_stage(screen, name)
        settled(screen)
