"""The first minute: errors where they were caused, the sidebar on a phone, a reload, two tabs."""

from pathlib import Path

import pytest

from tests.browser.driving import card, loaded, middle, pick, settled, upload

SCREENS = [(390, 844), (1280, 800)]
PRIVATE = "http://10.0.0.1/car.jpg"


@pytest.fixture(params=SCREENS, ids=lambda size: str(size[0]))
def screen(page, request: pytest.FixtureRequest):
    """The first page on a telephone and on a laptop, opened at that size."""
    return opened(page, request.param)


def opened(page, size: tuple[int, int]):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.reload()
    page.get_by_text("Drop in a photo of a car").wait_for()
    settled(page)
    return page


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    return path


def click(page, element) -> None:
    page.mouse.click(*middle(element))


def in_sight(page, error, above) -> None:
    """The error stands right below what caused it, and nobody has to scroll."""
    error.wait_for()
    settled(page)
    found, cause = error.bounding_box(), above.bounding_box()
    assert found["y"] + found["height"] <= page.viewport_size["height"]
    assert found["y"] >= 0
    assert 0 <= found["y"] - (cause["y"] + cause["height"]) < 120


def test_a_broken_upload_is_told_under_the_uploader(screen, broken: Path):
    screen.locator("input[type=file]").first.set_input_files(broken)
    error = screen.locator('[class*="st-key-problem-files"]')
    in_sight(screen, error, screen.get_by_test_id("stFileUploaderDropzone").first)
    assert "broken.png" in error.inner_text()
    assert screen.get_by_test_id("stAlert").count() == 1


def test_a_link_that_failed_is_told_under_the_link_and_stays_to_be_corrected(screen):
    click(screen, screen.get_by_role("tab", name="Link"))
    field = screen.get_by_role("textbox", name="Address of a picture")
    field.wait_for()
    settled(screen)
    click(screen, field)
    screen.keyboard.type(PRIVATE)
    button = screen.get_by_role("button", name="Get the picture")
    click(screen, button)
    error = screen.locator('[class*="st-key-problem-link"]')
    in_sight(screen, error, button)
    assert field.input_value() == PRIVATE
    assert screen.get_by_test_id("stAlert").count() == 1


def test_a_link_that_failed_in_the_menu_is_told_there(page, car: Path):
    upload(page, car)
    click(page, page.get_by_role("button", name="Add pictures"))
    click(page, page.get_by_role("tab", name="Link"))
    field = page.get_by_role("textbox", name="Address of a picture")
    click(page, field)
    page.keyboard.type(PRIVATE)
    page.keyboard.press("Enter")
    error = page.locator('[class*="st-key-problem-link"]')
    in_sight(page, error, page.get_by_role("button", name="Get the picture"))
    assert field.input_value() == PRIVATE


def test_a_broken_file_beside_a_good_one_is_told_on_the_page_that_comes(
    page, car: Path, broken: Path
):
    page.locator("input[type=file]").first.set_input_files([car, broken])
    loaded(page, 2)
    settled(page)
    box = page.get_by_test_id("stAlert").bounding_box()
    assert "broken.png" in page.get_by_test_id("stAlert").inner_text()
    assert 0 <= box["y"] < 400


def test_the_sidebar_of_a_phone_goes_after_a_choice(page):
    opened(page, (390, 844))
    sidebar = page.get_by_test_id("stSidebar")
    covers = "e => e.getBoundingClientRect().right > 0"
    assert not sidebar.evaluate(covers)
    for name in ("Models", "Learn"):
        click(page, page.get_by_test_id("stExpandSidebarButton"))
        settled(page)
        assert sidebar.evaluate(covers)
        click(page, sidebar.get_by_role("link", name=name))
        page.get_by_role("heading", name=name, level=1, exact=True).wait_for()
        settled(page)
        assert not sidebar.evaluate(covers)


def test_on_a_laptop_the_sidebar_stays(page):
    sidebar = page.get_by_test_id("stSidebar")
    click(page, sidebar.get_by_role("link", name="Models"))
    page.get_by_role("heading", name="Models", level=1, exact=True).wait_for()
    settled(page)
    assert sidebar.bounding_box()["x"] >= 0
    assert sidebar.get_by_role("link", name="Compare").is_visible()


def test_a_reload_finds_the_photo_again(page, car: Path):
    upload(page, car)
    for _ in range(2):
        page.reload()
        loaded(page, 2)
        settled(page)
        assert "my car.png" in page.get_by_alt_text("Overlay by Tiny tiny-a").get_attribute("alt")
    token = page.evaluate("JSON.parse(sessionStorage.getItem('carseg-tab')).token")
    assert token not in page.url
    assert token not in page.content()


def test_a_removed_photo_does_not_come_back(page, car: Path):
    upload(page, car)
    click(page, page.get_by_role("button", name="Remove", exact=True))
    page.get_by_text("Drop in a photo of a car").wait_for()
    opened(page, (1280, 900))
    assert not page.get_by_test_id("stAlert").count()


def test_another_tab_has_nothing_of_it_also_by_the_copied_address(page, car: Path):
    upload(page, car)
    address = page.url
    other = page.context.new_page()
    other.goto(address)
    other.get_by_text("Drop in a photo of a car").wait_for()
    settled(other)
    assert not other.get_by_alt_text("my car.png").count()
    pick(other, card(other, "Sedan, view 3 · studio"))
    loaded(other, 2)
    page.reload()
    loaded(page, 2)
    settled(page)
    assert "my car.png" in page.get_by_alt_text("Overlay by Tiny tiny-a").get_attribute("alt")
    assert not page.get_by_alt_text("Sedan, view 3").count()


def test_photos_that_are_gone_are_named_in_one_sentence(page, car: Path):
    upload(page, car)
    page.evaluate(
        "sessionStorage.setItem('carseg-tab', JSON.stringify({token: 'a token', photos: 2}))"
    )
    page.reload()
    said = page.get_by_text("2 pictures that you had here cannot be brought back")
    said.wait_for()
    assert "30 minutes" in said.inner_text()
    upload(page, car)
    assert not said.count()
