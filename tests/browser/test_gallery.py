"""The gallery of failures in a real browser: a click opens picture and truth in Compare."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from carseg.analysis.boards import STREET
from tests.browser.driving import go, is_one_target, nothing_sticks_out, pick
from tests.factories.scores import dice_set, ship

IDS = ["IMG_2020_good", "IMG_2020_bad"]


@pytest.fixture(autouse=True)
def data(tmp_path: Path, picture: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    """A street set of two pictures, where the server may show them."""
    folder = tmp_path / "data" / "intelecai"
    for kind in ("images", "masks"):
        (folder / kind).mkdir(parents=True)
    for name in IDS:
        Image.fromarray(picture).save(folder / "images" / f"{name}.png")
        Image.fromarray(picture.max(-1) < 60).save(folder / "masks" / f"{name}.png")
        picture = picture[::-1]  # another picture, not the same under two names
    monkeypatch.setenv("CARSEG_DATA_ROOT", str(tmp_path / "data"))


def test_the_worst_picture_opens_in_compare_with_its_truth(own_page, tiny_weights: Path):
    page = own_page
    ship(tiny_weights, dice_set("tiny-b", STREET, dict(zip(IDS, (0.9, 0.4), strict=True))))
    go(page, "Dice table")
    page.get_by_text("Where does it fail?").click()
    cards = page.get_by_alt_text("The picture IMG_2020_")
    cards.first.wait_for()
    assert cards.first.get_attribute("alt") == "The picture IMG_2020_bad"
    page.get_by_role("img", name="Tiny tiny-b: car found").nth(1).wait_for()
    assert "view=" in page.url

    page.set_viewport_size({"width": 360, "height": 800})
    nothing_sticks_out(page)
    thumbnails = page.locator('[class*="st-key-thumb-"]')
    worst = thumbnails.filter(has=page.get_by_alt_text("The picture IMG_2020_bad"))
    is_one_target(page, worst)
    page.set_viewport_size({"width": 1280, "height": 900})

    pick(page, worst)
    page.get_by_role("heading", name="Compare", level=1).wait_for()
    page.get_by_text("Against IMG_2020_bad (true mask)").wait_for()
    shown = page.get_by_alt_text("Overlay by Tiny tiny-b")
    shown.first.wait_for()
    assert page.get_by_alt_text("Overlay by Tiny tiny-a").count() == 0, "only the model shown"
