"""Compare as a hand and an eye meet it: pictures in the window, the divider, the controls."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from carseg.core.settings import ROOT
from tests.browser.driving import choose, click, loaded, middle, settled, upload
from tests.factories.checkpoints import write_tiny

TELEPHONE, LAPTOP, SCREEN = (390, 844), (1280, 800), (2560, 1440)
TOP = """([x, y]) => {
    let there = document.elementFromPoint(x, y);
    while (there?.shadowRoot) there = there.shadowRoot.elementFromPoint(x, y);
    return there?.closest(".handle, .port")?.className ?? there?.tagName;
}"""
"""The class of what a finger meets at a point, also inside of our own components."""


def sized(page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    settled(page)


def in_window(page) -> list[dict]:
    """The places of all pictures with their captions; each must be wholly in the window."""
    settled(page)
    inner = page.evaluate("[innerWidth, innerHeight]")
    boxes = [pane.bounding_box() for pane in page.locator(".pane").all()]
    for box in boxes:
        assert box["x"] >= 0, box
        assert box["y"] >= 0, box
        assert box["x"] + box["width"] <= inner[0], box
        assert box["y"] + box["height"] <= inner[1], box
    return boxes


@pytest.fixture
def portrait(tmp_path: Path, picture: np.ndarray) -> Path:
    """A photo three times as high as wide."""
    path = tmp_path / "portrait.png"
    Image.fromarray(picture[:, : picture.shape[0] // 3].copy()).save(path)
    return path


def test_three_models_and_the_original_are_a_grid_in_the_window(
    tiny_weights: Path, own_server: str, visit, car: Path
):
    write_tiny(tiny_weights, "tiny-c", 3)
    page = visit(own_server)
    upload(page, car)
    click(page, page.get_by_role("button", name="2 models"))
    click(page, page.get_by_role("button", name="Tiny tiny-c"))
    page.keyboard.press("Escape")
    loaded(page, 3)
    click(page, page.get_by_text("Original", exact=True))
    loaded(page, 4)
    sized(page, LAPTOP)
    boxes = in_window(page)
    assert len({box["x"] for box in boxes}) == len({box["y"] for box in boxes}) == 2
    small = page.locator(".port").first.bounding_box()["width"]
    for tool in ("3 models", "Adjust", "Download", "Share"):
        box = page.get_by_role("button", name=tool, exact=True).bounding_box()
        assert abs(box["y"] + box["height"] / 2 - 71) < 12, f"{tool} is in the one row of tools"
    sized(page, SCREEN)
    in_window(page)
    assert page.locator(".port").first.bounding_box()["width"] > 1.6 * small


def test_portraits_fit_every_window_and_the_handle_is_free(page, portrait: Path):
    upload(page, portrait)
    for size in (LAPTOP, SCREEN):
        sized(page, size)
        in_window(page)
    choose(page, "Slider")
    handle = page.locator("[role=slider].handle")
    handle.wait_for()
    for size in (TELEPHONE, LAPTOP, SCREEN):
        sized(page, size)
        (box,) = in_window(page)
        assert box["height"] > 0.5 * size[1], "it uses the window"
        assert page.evaluate(TOP, middle(handle)) == "handle"


def test_a_click_into_the_pictures_moves_the_divider_there(page, car: Path):
    upload(page, car)
    choose(page, "Slider")
    handle = page.locator("[role=slider].handle")
    handle.wait_for()
    settled(page)
    box = page.locator(".port").bounding_box()

    def click_at(part: float) -> int:
        page.mouse.click(box["x"] + part * box["width"], box["y"] + 0.3 * box["height"])
        return int(handle.get_attribute("aria-valuenow"))

    assert abs(click_at(0.2) - 20) <= 1
    assert abs(click_at(0.85) - 85) <= 1
    page.locator(".port").focus()
    page.keyboard.press("+")
    page.keyboard.press("+")
    assert abs(click_at(0.4) - 40) <= 1, "also where the picture is enlarged"
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.3 * box["height"], steps=4)
    page.mouse.up()
    assert abs(int(handle.get_attribute("aria-valuenow")) - 40) <= 1, "a drag moves the picture"


def test_a_telephone_has_every_slider_after_two_taps(page, car: Path):
    sized(page, TELEPHONE)
    upload(page, car)
    in_window(page)
    panel = page.locator(".st-key-panel")
    assert not panel.is_visible(), "it begins folded"
    click(page, page.get_by_role("button", name="Adjust"))
    panel.wait_for()
    first = page.locator(".pane").first.bounding_box()
    assert first["y"] + first["height"] <= panel.bounding_box()["y"], "the picture stays in sight"
    sliders = panel.locator('[data-testid="stSlider"]')
    assert sliders.count() >= 4
    for slider in sliders.all():
        x, y = middle(slider)
        assert y < TELEPHONE[1]
        box = slider.bounding_box()
        assert box["y"] >= panel.locator("..").bounding_box()["y"] - 1
    threshold = page.locator(".st-key-t input[type=range]")
    before = threshold.get_attribute("aria-valuetext") or threshold.input_value()
    x, y = middle(threshold)
    page.mouse.click(x + 100, y)
    settled(page)
    after = threshold.get_attribute("aria-valuetext") or threshold.input_value()
    assert after != before
    click(page, page.get_by_role("button", name="Close"))
    panel.wait_for(state="hidden")


def test_how_a_result_was_computed_is_said_to_mouse_key_and_finger(page, car: Path):
    upload(page, car)
    info = page.get_by_role("button", name="How Tiny tiny-a was computed")
    tip = page.locator(".tip").first
    assert not tip.is_visible()
    page.mouse.move(*middle(info))
    tip.wait_for()
    assert "network" in tip.inner_text()
    page.mouse.move(0, 0)
    tip.wait_for(state="hidden")
    info.focus()
    tip.wait_for()
    page.keyboard.press("Escape")
    tip.wait_for(state="hidden")
    info.dispatch_event("click")  # as a browser whose taps give no focus
    tip.wait_for()


def test_the_fold_is_kept_on_other_pages(page, car: Path):
    upload(page, car)
    panel = page.locator(".st-key-panel")
    click(page, page.get_by_role("button", name="Adjust"))
    panel.wait_for()
    page.get_by_role("link", name="Models").first.click()
    page.get_by_role("heading", name="Models", level=1).wait_for()
    page.get_by_role("link", name="Compare").first.click()
    loaded(page, 2)
    assert panel.is_visible()


def test_older_data_never_take_the_place_of_newer_ones(chromium):
    """Streamlit calls a component once its module is there, for every change of its data anew."""
    page = chromium.new_page()
    script = (ROOT / "carseg" / "ui" / "components" / "order.js").read_text(encoding="utf-8")
    stale = page.evaluate(
        """script => {
            const isStale = new Function(`${script}; return isStale`)();
            const [one, other] = [{}, {}];
            const asked = [[one, 5], [one, 7], [one, 6], [other, 1], [one, 7], [one, 8]];
            return asked.map(([root, turn]) => isStale(root, { turn }));
        }""",
        script,
    )
    page.close()
    assert stale == [False, False, True, False, False, False]
