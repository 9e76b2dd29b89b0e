"""Batch in a real browser: drop photos, start, watch the table fill, take the ZIP home."""

import os
import zipfile
from pathlib import Path

from tests.browser.driving import MIDDLE, go, settled
from tests.browser.test_screens import STICKS_OUT
from tests.factories.compare import photo

WIDTHS = {390: 844, 1280: 800, 2560: 1440}


def press(page, name: str) -> None:
    """Click the middle of a button, where a hand would."""
    button = page.get_by_role("button", name=name)
    button.wait_for()
    page.mouse.click(*button.evaluate(MIDDLE))


def bring(page) -> None:
    files = [
        {"name": f"car_{n:02}.png", "mimeType": "image/png", "buffer": photo(n, (240, 360))}
        for n in range(6)
    ]
    bad = {"name": "bad.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files([*files, bad])
    page.get_by_text("7 pictures").first.wait_for()
    settled(page)


def test_from_photos_to_a_zip(page, tmp_path: Path):
    shots = Path(os.environ.get("CARSEG_ARTIFACTS", tmp_path)) / "screens"
    shots.mkdir(parents=True, exist_ok=True)
    go(page, "Batch")
    bring(page)
    page.screenshot(path=shots / "batch-before.png", full_page=True)
    press(page, "Start")
    page.get_by_text("7 of 7 results, 1 failed").wait_for()
    page.get_by_role("button", name="Retry 1 failed one").wait_for()
    settled(page)
    press(page, "Make the ZIP")
    link = page.get_by_role("link", name="Download ZIP")
    link.wait_for()
    settled(page)
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            settled(page)
            page.screenshot(path=shots / f"batch-full-{scheme}-{width}.png")
            assert not page.evaluate(STICKS_OUT), f"{width} pixels, {scheme}"
    with page.expect_download() as download:
        page.mouse.click(*link.evaluate(MIDDLE))
    with zipfile.ZipFile(download.value.path()) as archive:
        names = set(archive.namelist())
    assert {"car_00.tiny-a.mask.png", "car_05.tiny-a.cutout.png", "manifest.json"} <= names
    press(page, "Remove all")
    page.get_by_text("Up to 1,000 pictures").first.wait_for()
    assert not page.locator(".stException").count()
