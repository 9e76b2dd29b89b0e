"""Steps of a visitor that several tests share."""

from pathlib import Path

import numpy as np
from PIL import Image

STILL = Path(__file__).with_name("still.js").read_text(encoding="utf-8")

MET = """thumbnail => {
    const box = thumbnail.getBoundingClientRect();
    const parts = [0.03, 0.25, 0.5, 0.75, 0.97];
    const places = parts.flatMap(y => parts.map(x => [x, y]));
    return places.map(([x, y]) => {
        const there = document.elementFromPoint(box.x + x * box.width, box.y + y * box.height);
        const hit = thumbnail.contains(there) && there.closest("button");
        return [hit ? "BUTTON" : there.tagName, getComputedStyle(there).cursor];
    });
}"""
"""What the mouse meets at 25 places of a thumbnail: (tag, cursor) of each."""


MIDDLE = """async element => {
    const frame = () => new Promise(requestAnimationFrame);
    element.scrollIntoViewIfNeeded();
    for (let before = null; element.isConnected; await frame()) {
        const { x, y, width, height } = element.getBoundingClientRect();
        const place = [x + width / 2, y + height / 2];
        if (String(place) === String(before)) return place;
        before = place;
    }
}"""
"""Where the middle of an element is on the screen, in CSS pixels, once it stands still.

Nothing, if the page has meanwhile drawn the element anew.
"""


def settled(page) -> None:
    """Wait until no script runs and nothing on the page has changed for a third of a second.

    A click is not yet a run: wait first for something that the click brings.
    """
    page.evaluate(STILL, {"quiet": 333, "patience": 120_000})


def go(page, name: str) -> None:
    """Go to a page, and wait until it stands: until then a click may meet what is moving."""
    page.get_by_role("link", name=name).first.click()
    page.get_by_role("heading", name=name, level=1, exact=True).wait_for()
    settled(page)


def choose(page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).or_(
        page.get_by_role("button", name=name, exact=True)
    ).first.click()


def add_samples(page) -> None:
    """A sample of every car, by the button of Present."""
    go(page, "Present")
    page.get_by_role("button", name="Add the samples").click()
    page.locator(".talk").wait_for()


def take_home(page, name: str) -> np.ndarray:
    """The pixels of what a button of the menu Download gives."""
    page.get_by_role("button", name="Download", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name=name).click()
    page.keyboard.press("Escape")
    settled(page)
    return np.asarray(Image.open(download.value.path()))


def card(page, name: str):
    """The thumbnail with this caption: a picture and its button, which are one target."""
    button = page.get_by_role("button", name=name, exact=True)
    return page.locator('[class*="st-key-thumb-"]').filter(has=button)


def pick(page, thumbnail) -> None:
    """Choose a thumbnail as a hand does: by a click at the middle of its picture."""
    page.mouse.click(*middle(thumbnail.locator("img")))


def click(page, element) -> None:
    """Click as a hand does: at the middle of what is seen."""
    page.mouse.click(*middle(element))


def middle(element) -> tuple[float, float]:
    """Where on the screen the middle of an element is, once it is in sight and stands still."""
    while (place := element.evaluate(MIDDLE)) is None:
        pass
    return tuple(place)


def is_one_target(page, thumbnail) -> None:
    """Wherever the mouse is over a thumbnail, it is over its button, and shows a pointer."""
    page.mouse.move(*middle(thumbnail.locator("img")))
    met = thumbnail.evaluate(MET)
    assert len(met) == 25
    assert {(name, cursor) for name, cursor in met} == {("BUTTON", "pointer")}, met


def upload(page, *files: Path) -> None:
    """Bring photos, and wait until the page stands: until then a click may meet what is moving."""
    page.locator("input[type=file]").first.set_input_files([str(f) for f in files])
    loaded(page, 2)
    settled(page)


def loaded(page, count: int) -> None:
    """Wait until ``count`` pictures stand in the viewer, decoded, and no network runs for them."""
    page.wait_for_function(
        """count => {
            const all = [...document.querySelectorAll('*')]
              .map(e => e.shadowRoot).filter(Boolean)
              .flatMap(root => [...root.querySelectorAll('.sheet img')]);
            const there = i => i.naturalWidth > 0 && !i.closest("[aria-busy=true]");
            return all.length === count && all.every(there);
        }""",
        arg=count,
    )


def nothing_sticks_out(page) -> None:
    """No scrolling to the side, once the page has found its layout."""
    settled(page)
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0, "something sticks out at the side"
