"""What only a real browser shows: the viewer under mouse and keys, downloads, the network."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.browser.driving import (
    card,
    choose,
    click,
    loaded,
    nothing_sticks_out,
    pick,
    settled,
    upload,
)


def place(page) -> tuple[float, float, float]:
    """(zoom, x, y) that the viewer says it shows."""
    data = page.locator(".viewer").evaluate("e => ({...e.dataset})")
    return float(data["zoom"]), float(data["x"]), float(data["y"])


def test_upload_compare_slide_and_take_home(page, car: Path, picture: np.ndarray):
    upload(page, car)
    for title in ("Tiny tiny-a", "Tiny tiny-b"):
        assert page.locator("figcaption .name", has_text=title).is_visible()
        assert "my car.png" in page.get_by_alt_text(f"Overlay by {title}").get_attribute("alt")

    choose(page, "Slider")
    handle = page.locator("[role=slider].handle")
    assert handle.get_attribute("aria-valuenow") == "50"
    handle.focus()
    page.keyboard.press("ArrowRight")
    assert handle.get_attribute("aria-valuenow") == "52"
    page.keyboard.press("Home")
    assert handle.get_attribute("aria-valuenow") == "0"
    page.keyboard.press("End")
    box = page.locator(".port").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    assert abs(int(handle.get_attribute("aria-valuenow")) - 25) <= 1

    settled(page)
    click(page, page.get_by_role("button", name="Download", exact=True))
    page.get_by_text("Everything as ZIP").click()
    page.get_by_text("About").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download ZIP").click()
    check_zip(Path(download.value.path()).read_bytes(), picture)

    with page.expect_download() as download:
        page.get_by_role("button", name="Download cut-out").click()
    assert download.value.suggested_filename == "my_car.tiny-a.cutout.png"
    cut = Image.open(download.value.path())
    assert (cut.mode, cut.size) == ("RGBA", picture.shape[1::-1])

    outside = {url for url in page.asked if "://127.0.0.1:" not in url and "://" in url}
    outside = {url for url in outside if not url.startswith(("blob:", "data:"))}
    assert not outside, "the page asks nobody but its own server"


def test_another_view_of_a_car_goes_on_the_stage(page):
    other = page.get_by_role("button", name="Sedan, view 9 · studio")
    page.get_by_role("button", name="Sedan, view 3 · studio").wait_for()
    assert other.count() == 0, "one picture of a car is enough to begin with"
    page.get_by_text("More views (15)").click()
    pick(page, card(page, "Sedan, view 9 · studio"))
    loaded(page, 2)
    shown = page.get_by_alt_text("Overlay by Tiny tiny-a").get_attribute("alt")
    assert "Sedan, view 9" in shown
    nothing_sticks_out(page)


def check_zip(data: bytes, picture: np.ndarray) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        (photo,) = manifest["photos"]
        assert (photo["width"], photo["height"]) == picture.shape[1::-1]
        assert [r["model"] for r in photo["results"]] == ["tiny-a", "tiny-b"]
        listed = {name for r in photo["results"] for name in r["files"].values()}
        listed |= {d["file"] for d in photo["disagreements"]}
        assert listed | {"manifest.json"} == set(archive.namelist())
        for name in listed:
            image = Image.open(io.BytesIO(archive.read(name)))
            assert image.size == picture.shape[1::-1], name
        for result in photo["results"]:
            mask = Image.open(io.BytesIO(archive.read(result["files"]["mask"])))
            values = np.asarray(mask)
            assert set(np.unique(values)) <= {0, 255}
            assert (values > 0).mean() == pytest.approx(result["car_share"], abs=1e-5)


def test_zoom_is_in_step_and_survives_another_view(page, car: Path):
    upload(page, car)
    port = page.locator(".port").first
    port.scroll_into_view_if_needed()
    box = port.bounding_box()
    page.evaluate("wheels = 0; addEventListener('wheel', () => { wheels += 1; })")
    # A plain wheel scrolls the page until the picture was clicked.
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.5)
    page.mouse.wheel(0, -200)
    page.wait_for_function("wheels === 1")
    assert place(page)[0] == 1
    port.scroll_into_view_if_needed()
    port.focus()
    box = port.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.5)
    page.mouse.wheel(0, -240)
    page.wait_for_function("wheels === 2")
    zoom, x, _ = place(page)
    assert zoom > 1.5
    assert x < 0.5, "it zooms where the pointer is"
    moved = page.locator(".sheet").evaluate_all("all => all.map(s => s.style.transform)")
    assert len(set(moved)) == 1, "all panes show the same place"

    choose(page, "Mask")
    page.get_by_alt_text("Mask by Tiny tiny-a").wait_for(state="attached")
    assert place(page)[0] == zoom
    choose(page, "Slider")
    page.locator("[role=slider].handle").wait_for()
    assert place(page)[0] == zoom

    page.locator(".port").focus()
    page.keyboard.press("-")
    assert 1 <= place(page)[0] < zoom
    page.keyboard.press("0")
    assert place(page) == (1, 0.5, 0.5)
    page.keyboard.press("+")
    page.keyboard.press("ArrowLeft")
    assert place(page)[1] < 0.5


def test_a_phone_stacks_the_panes(page, car: Path):
    page.set_viewport_size({"width": 400, "height": 800})
    upload(page, car)
    first, second = (page.locator(".pane").nth(i).bounding_box() for i in (0, 1))
    assert second["y"] >= first["y"] + first["height"]
    assert first["width"] > 330
    nothing_sticks_out(page)


def test_only_changed_pictures_travel(page, car: Path):
    upload(page, car)
    click(page, page.get_by_role("button", name="Adjust"))
    click(page, page.get_by_text("A threshold for each model"))
    page.locator(".st-key-t-tiny-b").wait_for()
    settled(page)  # a slider that is drawn once more would lose the key
    page.asked.clear()
    threshold = page.locator(".st-key-t-tiny-b input[type=range]")
    threshold.focus()
    page.keyboard.press("End")
    page.locator("figcaption .note.warn").wait_for()
    settled(page)
    pictures = [url for url in page.asked if "/media/" in url]
    assert len(pictures) == 1, pictures
