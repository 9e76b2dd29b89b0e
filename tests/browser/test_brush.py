"""The brush under mouse, keys and fingers; what it draws is compared with the same shapes here."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import binary_fill_holes

from carseg import results
from tests.browser.driving import card, choose, click, nothing_sticks_out, pick, settled, upload


def open_brush(page, *photos: Path) -> None:
    upload(page, *photos)
    page.get_by_text("Check against a true mask").click()
    settled(page)  # the panel unfolds, and what is in it moves
    page.get_by_text("Draw the truth").click()
    page.locator(".brush .sheet img").wait_for()
    page.locator(".brush .port").scroll_into_view_if_needed()
    settled(page)


def said(page, name: str) -> float:
    """A number that the brush says of itself: share, size, zoom."""
    return float(page.locator(".brush").evaluate("(e, name) => e.dataset[name]", name))


def wait_until(page, name: str, above: float) -> None:
    """Wait until a number of the brush is above a bound."""
    page.wait_for_function(
        """([name, above]) => [...document.querySelectorAll('*')].some(
            e => e.shadowRoot?.querySelector('.brush')?.dataset[name] > above)""",
        arg=[name, above],
    )


class Canvas:
    """The picture on the screen, and the mask that should be drawn on it."""

    def __init__(self, page, size: tuple[int, int]):
        self.page, self.mask = page, np.zeros(size, bool)

    def where(self, x: float, y: float) -> tuple[tuple[int, int], tuple[float, float]]:
        """The whole screen pixel nearest to (x, y) of the picture, and what that is exactly."""
        box = self.page.locator(".brush .sheet").bounding_box()
        scale = box["width"] / self.mask.shape[1]
        at = round(box["x"] + x * scale), round(box["y"] + y * scale)
        return at, ((at[0] - box["x"]) / scale, (at[1] - box["y"]) / scale)

    def drag(self, start: tuple[float, float], end: tuple[float, float], value: bool = True):
        (at, a), (to, b) = self.where(*start), self.where(*end)
        self.page.mouse.move(*at)
        self.page.mouse.down()
        self.page.mouse.move(*to)
        self.page.mouse.up()
        self.stroke(a, b, value)

    def stroke(self, a, b, value: bool = True) -> None:
        """Pixels whose centre is at most a radius from the line between two points."""
        radius = said(self.page, "size") / 2
        y, x = np.mgrid[: self.mask.shape[0], : self.mask.shape[1]] + 0.5
        a, b = np.array(a), np.array(b)
        along = b - a
        t = np.zeros(x.shape)
        if along.any():
            t = np.clip(((x - a[0]) * along[0] + (y - a[1]) * along[1]) / (along @ along), 0, 1)
        near = np.hypot(x - a[0] - t * along[0], y - a[1] - t * along[1]) <= radius
        self.mask[near] = value

    def agrees(self) -> bool:
        """The brush marks as much as is expected; two pixels may round to the other side."""
        return abs(said(self.page, "share") - self.mask.mean()) * self.mask.size <= 2


def picture_of(download) -> np.ndarray:
    image = Image.open(io.BytesIO(Path(download.value.path()).read_bytes()))
    return np.asarray(image)


def test_painted_undone_by_keys_and_scored(own_page, car: Path, picture: np.ndarray):
    page = own_page  # its scores are saved
    open_brush(page, car)
    brush = page.locator(".brush")
    canvas = Canvas(page, picture.shape[:2])
    for _ in range(6):
        page.locator(".brush .port").press("]")
    assert said(page, "size") > 8

    canvas.drag((40, 30), (110, 30))
    canvas.drag((110, 30), (110, 70))
    canvas.drag((110, 70), (40, 70))
    canvas.drag((40, 70), (40, 30))
    assert canvas.agrees()
    before = canvas.mask.copy()
    canvas.drag((10, 10), (130, 90))
    assert canvas.agrees()
    page.keyboard.press("Control+z")
    canvas.mask = before
    assert canvas.agrees()
    page.keyboard.press("Control+Shift+z")
    assert not canvas.agrees()
    brush.get_by_role("button", name="Undo").click()
    assert canvas.agrees()
    brush.get_by_role("button", name="Fill").click()
    canvas.mask = binary_fill_holes(canvas.mask)
    assert canvas.agrees()

    # Another view runs the page again: the brush stays as it is, unsaved strokes and all.
    brush.evaluate("e => { e.mark = 'same' }")
    choose(page, "Mask")
    page.get_by_alt_text("Mask by Tiny tiny-a").wait_for(state="attached")
    settled(page)
    assert brush.evaluate("e => e.mark") == "same"
    assert canvas.agrees()

    use_keys(page, canvas)
    canvas.drag((30, 60), (90, 75))
    assert canvas.agrees()
    assert asks_before_leaving(page)
    check_scores(page, canvas)
    assert not asks_before_leaving(page), "the drawing is in use"


def use_keys(page, canvas: Canvas) -> None:
    """Keys alone: from the middle 12 steps to the right, then the eraser 6 of them back."""
    page.locator(".brush .port").scroll_into_view_if_needed()
    page.locator(".brush").get_by_role("button", name="Clear").focus()
    page.keyboard.press("Enter")
    assert said(page, "share") == 0
    canvas.mask[:] = False
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.locator(".brush .port:focus .cross").wait_for()
    scale = page.locator(".brush .sheet").bounding_box()["width"] / canvas.mask.shape[1]
    start, step = np.array([71.5, 48.5]), np.array([max(1, round(4 / scale)), 0])
    page.keyboard.down(" ")
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    page.keyboard.up(" ")
    canvas.stroke(start, start + 12 * step)
    assert canvas.agrees()
    page.keyboard.press("e")
    page.keyboard.press("Enter")
    for _ in range(6):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    canvas.stroke(start + 12 * step, start + 6 * step, False)
    assert canvas.agrees()
    page.keyboard.press("b")


def check_scores(page, canvas: Canvas) -> None:
    """Done brings scores: those of the masks that the app gives away."""
    page.locator(".brush").get_by_role("button", name="Done").click()
    page.get_by_text("Against a drawing").wait_for()
    page.locator(".brush .state", has_text="in use as truth").wait_for()
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Truth as PNG").click()
    truth = picture_of(download)
    assert download.value.suggested_filename == "my_car.truth.png"
    assert truth.shape == canvas.mask.shape
    assert set(np.unique(truth)) == {0, 255}
    assert ((truth > 0) != canvas.mask).sum() <= 2

    click(page, page.get_by_role("button", name="Download", exact=True))
    with page.expect_download() as download:
        page.locator(".st-key-singles").get_by_role("button", name="Mask").click()
    mask = picture_of(download) > 0
    page.keyboard.press("Escape")
    click(page, page.get_by_role("button", name="Save", exact=True))
    page.get_by_role("button", name="Save to the Dice table").click()
    page.get_by_text("2 scores saved").wait_for()
    rows = {row.model: row for row in results.saved_scores(results.open_engine())}
    both = (mask & (truth > 0)).sum()
    dice = 2 * both / (mask.sum() + (truth > 0).sum())
    assert rows["tiny-a"].counts.dice == pytest.approx(dice, abs=1e-12)


def test_each_picture_keeps_its_drawing(page, car: Path, picture: np.ndarray, tmp_path: Path):
    other = tmp_path / "other.png"
    Image.fromarray(picture[::-1, :90].copy()).save(other)
    open_brush(page, car, other)
    start = page.locator(".brush .starts").get_by_role("button", name="Tiny tiny-a")
    start.click()
    wait_until(page, "share", above=0)
    drawn = said(page, "share")
    assert asks_before_leaving(page)
    pick(page, card(page, "other.png"))
    page.get_by_alt_text("The photo other.png").wait_for()
    assert said(page, "share") == 0
    pick(page, card(page, "my car.png"))
    page.get_by_alt_text("The photo my car.png").wait_for()
    assert said(page, "share") == drawn

    page.get_by_role("link", name="Models").first.click()
    page.get_by_role("heading", name="Models", level=1).wait_for()
    page.get_by_role("link", name="Compare").first.click()
    page.get_by_alt_text("The photo my car.png").wait_for()
    assert said(page, "share") == drawn
    assert asks_before_leaving(page)
    page.locator(".brush").get_by_role("button", name="Undo").click()
    assert said(page, "share") == 0
    assert not asks_before_leaving(page)


def asks_before_leaving(page) -> bool:
    """Whether the browser would ask, were the page closed now."""
    return page.evaluate(
        """() => {
            const leaving = new Event("beforeunload", { cancelable: true });
            dispatchEvent(leaving);
            return leaving.defaultPrevented;
        }"""
    )


def test_fingers_paint_and_two_zoom_while_the_page_stands_still(
    page, car: Path, picture: np.ndarray
):
    page.set_viewport_size({"width": 360, "height": 740})
    open_brush(page, car)
    nothing_sticks_out(page)
    for button in page.locator(".brush button").all():
        box = button.bounding_box()
        assert min(box["width"], box["height"]) >= 40
        assert box["x"] + box["width"] <= 360
    canvas = Canvas(page, picture.shape[:2])
    touch = page.context.new_cdp_session(page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})

    def fingers(kind: str, *points: tuple[float, float]) -> None:
        at = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    scrolled = "document.querySelector('[data-testid=stMain]').scrollTop"
    before = page.evaluate(scrolled)
    (at, a), (to, b) = canvas.where(70, 20), canvas.where(70, 80)
    fingers("touchStart", at)
    fingers("touchMove", to)
    fingers("touchEnd")
    canvas.stroke(a, b)
    assert canvas.agrees()
    settled(page)  # the stroke runs the page, which may move the canvas
    at, to = canvas.where(70, 20)[0], canvas.where(70, 80)[0]
    fingers("touchStart", at)
    fingers("touchStart", at, to)
    fingers("touchMove", (at[0], at[1] - 40), (to[0], to[1] + 40))
    wait_until(page, "zoom", above=1.3)
    fingers("touchEnd")
    assert canvas.agrees(), "two fingers move the picture and leave no mark"
    assert page.evaluate(scrolled) == before
