"""Learn in a real browser: the drawn network under mouse and keys, narrow screens, the link."""

import pytest

from tests.browser.driving import choose, go, nothing_sticks_out


def turn_to(page, chapter: str) -> None:
    choose(page, chapter)
    page.get_by_role("heading", name=chapter, level=2).wait_for()


@pytest.fixture
def learn(page):
    go(page, "Learn")
    return page


def test_a_stage_tells_its_shape_under_mouse_and_keys(learn):
    turn_to(learn, "U-Net")
    stages = learn.locator(".diagram .stage")
    stages.first.wait_for()
    assert stages.count() == 5  # the tiny U-Net goes down twice and up twice
    facts = learn.locator(".diagram .facts")
    assert "5 stages with" in facts.inner_text()
    stages.nth(2).hover()
    assert "The bottom: 16 maps of" in facts.inner_text()
    stages.nth(2).focus()
    learn.keyboard.press("Tab")
    assert "A skip of 8" in facts.inner_text()
    title = learn.locator(".diagram svg > title").text_content()
    assert title.startswith("U-Net (2015)")


def test_on_a_phone_only_the_drawing_scrolls(learn):
    learn.set_viewport_size({"width": 360, "height": 800})
    for chapter in ("VGG16", "U-Net", "Convolution"):
        turn_to(learn, chapter)
        if chapter != "Convolution":
            learn.locator(".diagram .stage").first.wait_for()
        nothing_sticks_out(learn)
    turn_to(learn, "VGG16")
    learn.locator(".diagram .stage").first.wait_for()
    box = learn.locator(".diagram .scroll").evaluate("e => [e.scrollWidth, e.clientWidth]")
    assert box[0] > box[1]


def test_the_link_opens_the_chapter_with_its_choice(learn):
    turn_to(learn, "Why 75 % is nothing")
    slider = learn.get_by_role("slider", name="The car's share, %")
    slider.focus()
    learn.keyboard.press("ArrowRight")
    learn.get_by_text("0.74").first.wait_for()
    learn.wait_for_url("**car-share=26**")
    learn.goto(learn.url)
    learn.get_by_role("heading", name="Why 75 % is nothing", level=2).wait_for()
    learn.get_by_text("0.74").first.wait_for()


def test_feature_maps_show_and_say_their_scale(learn):
    turn_to(learn, "Feature maps")
    picture = learn.get_by_alt_text("Feature maps of Tiny tiny-a")
    picture.wait_for()
    assert picture.evaluate("i => i.naturalWidth") >= 200
    learn.get_by_text("Black is the smallest value of each map").wait_for()
    turn_to(learn, "Receptive field")
    learn.get_by_text("What it really uses").click()
    learn.get_by_alt_text("A heat map of what the output pixel").wait_for()
    assert learn.locator("[data-testid=stException]").count() == 0
