"""Every page in light and dark, from a small telephone to a 4K screen: nothing sticks out."""

import os
from pathlib import Path

import pytest

from tests.browser.driving import add_samples, go, settled

PAGES = ["Compare", "Batch", "Dice table", "Juncture", "Models", "Learn", "Present"]
WIDTHS = {360: 740, 1440: 900, 3840: 2160}

STICKS_OUT = """() => {
    const main = document.querySelector('[data-testid="stMain"]');
    const wide = [document.scrollingElement, main].filter(e => e.scrollWidth > e.clientWidth + 1);
    if (!wide.length) return [];
    const edge = main.getBoundingClientRect().right + 1;
    return [...main.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > edge)
        .slice(0, 5).map(e => e.outerHTML.slice(0, 160));
}"""


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Where screenshots go: CI keeps those in ``CARSEG_ARTIFACTS``."""
    folder = Path(os.environ.get("CARSEG_ARTIFACTS", tmp_path)) / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_every_screen(page, shots: Path, name: str):
    add_samples(page)
    go(page, name)
    settled(page)
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            settled(page)  # charts and tables are drawn anew
            page.screenshot(path=shots / f"{name.replace(' ', '-').lower()}-{scheme}-{width}.png")
            assert not page.evaluate(STICKS_OUT), f"{name} at {width} pixels, {scheme}"
    assert not page.locator(".stException").count()
