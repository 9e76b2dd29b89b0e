"""The strip of backgrounds under the tools, by mouse and by keys."""

from pathlib import Path

import numpy as np

from tests.browser.driving import choose, middle, nothing_sticks_out, settled, take_home, upload


def thumb(page, name: str):
    return page.locator(".strip").get_by_role("radio", name=name, exact=True)


def shown(page) -> str:
    """The address of the first result."""
    return page.get_by_alt_text("New background by Tiny tiny-a").get_attribute("src")


def chosen(page) -> str:
    return page.locator(".strip [aria-checked=true]").get_attribute("title")


def click(page, name: str) -> None:
    """Click the middle of what is seen of a thumbnail, and wait until it is marked."""
    page.mouse.click(*middle(thumb(page, name)))
    settled(page)
    assert chosen(page) == name


def test_a_click_on_a_thumbnail_changes_the_picture(page, car: Path, picture: np.ndarray):
    upload(page, car)
    choose(page, "Cut-out")
    thumb(page, "Coast").wait_for()
    settled(page)
    assert chosen(page) == "Transparent"
    for button in page.locator(".strip button").all():
        assert button.get_attribute("title") == button.get_attribute("aria-label")
    click(page, "Coast")
    assert (
        page.get_by_role("radio", name="Background", exact=True).get_attribute("aria-checked")
        == "true"
    )
    coast = shown(page)
    assert page.locator(".st-key-scene-light input").is_checked()
    assert "behind=Scene" in page.url
    click(page, "Road")
    assert shown(page) != coast
    click(page, "White")
    # Untrained networks take all for car; from the highest threshold on nearly nothing is one.
    page.get_by_role("button", name="Adjust").click()
    page.locator(".st-key-t input[type=range]").focus()
    page.keyboard.press("End")
    page.locator("figcaption .note.warn").first.wait_for()
    settled(page)
    home = take_home(page, "Download picture")
    assert home.shape == picture.shape
    assert (home == 255).all(2).any(), "white is behind the car"
    click(page, "Transparent")
    assert take_home(page, "Download cut-out").shape[2] == 4


def test_keys_choose_too_and_a_crop_is_taken_home(page, car: Path):
    upload(page, car)
    choose(page, "Background")
    thumb(page, "White").wait_for()
    settled(page)
    click(page, "White")
    page.keyboard.press("ArrowRight")
    settled(page)
    assert chosen(page) == "A colour of your choice"
    assert page.evaluate("document.activeElement.shadowRoot?.activeElement.title") in (
        None,
        "A colour of your choice",
    )
    page.keyboard.press("Home")
    settled(page)
    assert chosen(page) == "Transparent"

    page.get_by_text("Crop to the car").click()
    page.get_by_text("Margin 8 %").wait_for()
    settled(page)
    page.get_by_role("combobox", name="Shape").click()
    page.get_by_role("option", name="Shape 1:1").click()
    settled(page)
    height, width = take_home(page, "Download cut-out").shape[:2]
    assert width == height


def test_the_strip_scrolls_within_a_phone(page, car: Path):
    page.set_viewport_size({"width": 390, "height": 844})
    upload(page, car)
    choose(page, "Cut-out")
    thumb(page, "Transparent").wait_for()
    nothing_sticks_out(page)
    click(page, "Road")
    nothing_sticks_out(page)
