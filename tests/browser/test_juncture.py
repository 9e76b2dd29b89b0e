"""Juncture in a real browser: the answer, its figure as files, the strip, a link, a phone."""

import io
from pathlib import Path

import pandas as pd

from tests.browser.driving import (
    card,
    go,
    is_one_target,
    middle,
    nothing_sticks_out,
    pick,
    settled,
)


def saved(page, name: str) -> bytes:
    """What a download button of that name gives, once nothing moves it any more."""
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("button", name=name).click()
    return Path(download.value.path()).read_bytes()


def answer(page) -> str:
    return page.locator(".st-key-juncture-answer p").first.inner_text()


def unfold(page, title: str) -> None:
    """Open a section as a hand does: by a click at the middle of its title."""
    page.mouse.click(*middle(page.locator("summary").filter(has_text=title)))


def test_the_answer_its_files_and_the_strip(page):
    go(page, "Juncture")
    page.locator(".st-key-juncture-bars .js-plotly-plot").wait_for()
    assert answer(page).startswith("Tiny tiny-a is ahead soon after the studio (from severity 0.5")
    unfold(page, "How it is known")
    page.locator(".st-key-juncture-figure .js-plotly-plot .modebar").wait_for(state="attached")
    page.get_by_text("On the Weather dial Tiny tiny-a is ahead of Tiny tiny-b").first.wait_for()
    assert saved(page, "Figure as PNG").startswith(b"\x89PNG")
    assert b"<svg" in saved(page, "Figure as SVG")[:200]
    alone = saved(page, "Figure as HTML").decode()
    assert "is ahead of Tiny tiny-b" in alone
    assert "Plotly.newPlot" in alone
    rows = pd.read_csv(io.BytesIO(saved(page, "Curves (CSV)")))
    assert list(rows["less"].fillna("")) == [""] * 6 + ["tiny-b"] * 3

    unfold(page, "The same car, step by step")
    page.locator(".viewer img").first.wait_for()
    picture = page.locator(".viewer img").first
    before = picture.get_attribute("src")
    pick(page, card(page, "5"))
    page.locator(".viewer").get_by_text("Severity 5").wait_for()
    page.locator(f'.viewer img:not([src="{before}"])').first.wait_for()

    lead = page.locator(".st-key-j-delta").get_by_role("slider")
    lead.focus()
    lead.press("End")
    page.get_by_text("no juncture found").first.wait_for()
    assert answer(page).startswith("Not shown: neither Tiny tiny-a nor Tiny tiny-b gets ahead")
    assert "j-delta=0.1" in page.url
    assert "j-severity=5" in page.url
    page.reload()
    page.get_by_text("no juncture found").first.wait_for()
    page.locator(".viewer").get_by_text("Severity 5").wait_for()
    page.set_viewport_size({"width": 400, "height": 800})
    nothing_sticks_out(page)
    is_one_target(page, card(page, "untouched"))
