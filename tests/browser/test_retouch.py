"""Keep and erase on a result, by mouse and keys; a stroke can be undone, downloads have it."""

import re
from pathlib import Path

import numpy as np

from tests.browser.driving import choose, middle, nothing_sticks_out, settled, take_home, upload


def open_brush(page, *photos: Path) -> None:
    upload(page, *photos)
    page.get_by_text("Retouch", exact=True).click()
    page.locator(".retouch img.result").wait_for()
    page.locator(".retouch .port").scroll_into_view_if_needed()
    settled(page)


def said(page, name: str) -> float:
    """A number that the brush says of itself."""
    return float(page.locator(".retouch").evaluate("(e, name) => e.dataset[name]", name))


def share(page) -> float:
    """The car's share in per cent, as the brush says it."""
    words = page.locator(".retouch .state").inner_text()
    found = re.search(r"([\d.]+)% car", words)
    return float(found[1]) if found else 0.0


def arrived(page, serial: int) -> None:
    """Wait until the picture has every change up to this one."""
    page.wait_for_function(
        """serial => [...document.querySelectorAll('*')].some(
            e => e.shadowRoot?.querySelector('.retouch')?.dataset.shown == serial)""",
        arg=serial,
    )
    settled(page)


def drag(page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag the mouse between two places, in shares of what is seen of the picture."""
    box = page.locator(".retouch .sheet").bounding_box()
    at, to = ((box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end))
    page.mouse.move(*at)
    page.mouse.down()
    page.mouse.move(*to, steps=8)
    page.mouse.up()


def press(page, name: str) -> None:
    """Click the middle of a button of the brush."""
    page.mouse.click(*middle(page.locator(".retouch").get_by_role("button", name=name)))


def test_erased_kept_undone_and_taken_home(page, car: Path, picture: np.ndarray):
    open_brush(page, car)
    for _ in range(8):
        page.locator(".retouch .port").press("]")
    before = share(page)
    assert before > 1, "there is something to erase"

    press(page, "Erase")
    for y in (0.1, 0.3, 0.5, 0.7, 0.9):
        drag(page, (0.05, y), (0.95, y))
    arrived(page, 5)
    erased = share(page)
    assert erased < before
    assert "edited, 5 strokes" in page.locator(".retouch .state").inner_text()
    press(page, "Undo")
    arrived(page, 6)
    assert erased <= share(page) <= before
    page.locator(".retouch .port").focus()
    for _ in range(4):
        page.keyboard.press("Control+z")
    arrived(page, 10)
    assert share(page) == before
    assert "not edited" in page.locator(".retouch .state").inner_text()

    # A keep stroke is in the file at full size: its middle is car, whatever the network says.
    press(page, "Keep")
    drag(page, (0.2, 0.2), (0.8, 0.2))
    arrived(page, 11)
    kept = share(page)
    assert kept >= before
    height, width = picture.shape[:2]
    alpha = take_home(page, "Download cut-out")[..., 3]
    assert (alpha[round(0.2 * height), round(0.25 * width) : round(0.75 * width)] == 255).all()

    # It is there in every view and with any threshold, and can be undone after them.
    choose(page, "Mask")
    settled(page)
    assert share(page) == kept
    press(page, "Reset")
    arrived(page, 12)
    assert share(page) == before
    press(page, "Undo")
    arrived(page, 13)
    assert share(page) == kept


def test_keys_alone(page, car: Path):
    open_brush(page, car)
    before = share(page)
    page.locator(".retouch").get_by_role("button", name="Full screen").focus()
    page.keyboard.press("Tab")
    page.locator(".retouch .port:focus .cross").wait_for()
    page.keyboard.press("e")
    for _ in range(20):
        page.keyboard.press("]")
    page.keyboard.press("Enter")
    for key in ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"):
        page.keyboard.press(f"Shift+{key}")
    page.keyboard.press("Enter")
    arrived(page, 1)
    assert share(page) < before
    page.keyboard.press("Control+z")
    arrived(page, 2)
    assert share(page) == before
    page.keyboard.press("Control+Shift+z")
    arrived(page, 3)
    assert share(page) < before


def test_on_a_phone_nothing_sticks_out(page, car: Path):
    page.set_viewport_size({"width": 390, "height": 844})
    open_brush(page, car)
    nothing_sticks_out(page)
    for button in page.locator(".retouch button").all():
        box = button.bounding_box()
        assert min(box["width"], box["height"]) >= 40
        assert box["x"] + box["width"] <= 390
