"""A comparison is saved, found after a reload and opened again, all by clicks."""

from pathlib import Path

from tests.browser.driving import go, loaded, middle, settled, upload


def click(page, element) -> None:
    element.wait_for()
    page.mouse.click(*middle(element))


def save(page, name: str) -> None:
    click(page, page.get_by_role("button", name="Save", exact=True))
    field = page.get_by_role("textbox", name="Name", exact=True)
    click(page, field)
    field.press("ControlOrMeta+a")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    settled(page)
    click(page, page.get_by_role("button", name="Save comparison"))
    page.get_by_text("is saved: see").wait_for()


def saved_by_you(page):
    go(page, "Dice table")
    settled(page)
    click(page, page.get_by_role("tab", name="Saved by you"))
    settled(page)
    return page.locator('[class*="st-key-comparison-"][data-testid="stVerticalBlock"]').first


def test_saved_reloaded_and_opened_again(own_page, car: Path):
    page = own_page
    upload(page, car)
    click(page, page.get_by_role("radio", name="Mask", exact=True))
    page.wait_for_url("**/?*view=*")
    settled(page)
    save(page, "On the gradient")
    page.reload()
    loaded(page, 2)
    settled(page)
    click(page, page.get_by_role("radio", name="Overlay", exact=True))
    settled(page)
    card = saved_by_you(page)
    assert "On the gradient" in card.inner_text()
    assert "my car.png" in card.inner_text()
    click(page, page.get_by_test_id("stMain").get_by_role("button", name="Open", exact=True))
    loaded(page, 2)
    page.get_by_alt_text("Mask by Tiny tiny-a").wait_for()
    assert "my car.png" in page.get_by_alt_text("Mask by Tiny tiny-a").get_attribute("alt")


def test_another_visitor_is_asked_for_the_photo(own_server: str, visit, chromium, car: Path):
    page = visit(own_server)
    upload(page, car)
    click(page, page.get_by_role("radio", name="Mask", exact=True))
    page.wait_for_url("**/?*view=*")
    settled(page)
    save(page, "On the gradient")
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    other = context.new_page()
    other.set_default_timeout(60_000)
    other.goto(f"{own_server}/dice_table")
    settled(other)
    click(other, other.get_by_role("tab", name="Saved by you"))
    click(other, other.get_by_test_id("stMain").get_by_role("button", name="Open", exact=True))
    other.get_by_text("choose that file again").wait_for()
    settled(other)
    other.locator(".st-key-reopened input[type=file]").set_input_files(car)
    other.get_by_alt_text("Mask by Tiny tiny-a").wait_for()
    settled(other)
    assert not other.get_by_text("choose that file again").count()
    context.close()
