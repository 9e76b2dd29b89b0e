"""Present in a real browser: step, hold a key, leave."""

from tests.browser.driving import go


def test_arrows_step_and_a_held_key_flips(page):
    go(page, "Present")
    page.get_by_role("button", name="Add the samples").click()
    talk = page.locator(".talk")
    talk.get_by_role("button", name="Start").click()
    page.wait_for_function("() => document.fullscreenElement !== null")
    name = talk.locator(".name")

    def looked_at() -> tuple[str, str]:
        return talk.locator(".where").inner_text().split()[0], name.inner_text()

    assert looked_at() == ("1", "Tiny tiny-a")
    page.keyboard.press("ArrowRight")
    assert looked_at() == ("2", "Tiny tiny-a")
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowLeft")  # the first one: it stays
    assert looked_at() == ("1", "Tiny tiny-a")

    page.keyboard.down("Space")
    assert looked_at() == ("1", "Tiny tiny-b")
    page.keyboard.up("Space")
    assert looked_at() == ("1", "Tiny tiny-a")
    page.keyboard.down("o")
    assert name.inner_text() == "The photo"
    page.keyboard.up("o")
    page.keyboard.down("2")
    assert name.inner_text() == "Tiny tiny-b"
    page.keyboard.up("2")
    page.keyboard.press("m")
    assert name.inner_text() == "Tiny tiny-b"

    assert not talk.get_by_role("button", name="Start").is_visible()
    shown = talk.locator(".frame img")
    assert shown.evaluate("image => image.complete && image.naturalWidth > 0")
    page.evaluate("document.exitFullscreen()")
    talk.get_by_role("button", name="Start").wait_for()
