"""Dice table and Models in a real browser: each loads, and its main control works."""

import pandas as pd

from tests.browser.driving import click, go, nothing_sticks_out, settled
from tests.factories.scores import names_saved, save, saved_score

PLACE = """(table, [x, y]) => {
    const canvas = table.querySelector("canvas");
    const box = canvas.getBoundingClientRect();
    const there = document.elementFromPoint(box.x + x, box.y + y);
    return { x: box.x + x, y: box.y + y, meets: table.contains(there) };
}"""
"""Where a place of a table is on the screen, and whether the mouse would meet the table there."""


def click_row(page, table, row: int, x: int) -> None:
    """Click into the canvas of a table: 35 px a row, below the header.

    The canvas takes a click for a row only once it has drawn itself at the place where it stands,
    and nothing tells when that is. So do as a hand does: look whether the row is chosen, and else
    click once more.
    """
    cells = table.locator(f"canvas [role=row][aria-rowindex='{row + 2}'] [role=gridcell]")
    cells.first.wait_for(state="attached")  # the canvas has a size before it has its rows
    chosen = table.locator("canvas [role=gridcell][aria-selected=true]")
    for _ in range(3):
        table.scroll_into_view_if_needed()
        settled(page)
        place = table.evaluate(PLACE, [x, 35 * (row + 1.5)])
        assert place["meets"], "Something lies over the table."
        page.mouse.click(place["x"], place["y"])
        settled(page)
        if chosen.count():
            return


def test_a_row_opens_its_pictures_and_a_filter_narrows_the_download(page):
    go(page, "Dice table")
    page.locator(".st-key-dice-dots .js-plotly-plot").wait_for()
    click(page, page.locator("summary").filter(has_text="Every set and grid"))
    every = page.locator(".st-key-dice-every")
    every.locator(".js-plotly-plot").first.wait_for()
    every.get_by_test_id("stDataFrame").wait_for()
    click_row(page, every.get_by_test_id("stDataFrame").first, 0, 120)
    page.get_by_role("heading", name="Picture by picture").wait_for()
    page.locator(".js-plotly-plot").nth(1).wait_for()

    page.get_by_role("button", name="street", exact=True).click()
    page.get_by_role("heading", name="Picture by picture").wait_for(state="detached")
    with page.expect_download() as download:
        page.get_by_role("button", name="Counts per picture (CSV)").click()
    rows = pd.read_csv(download.value.path())
    assert list(rows["picture"]) == ["p0", "p1", "p2", "p3"]
    assert set(rows["domain"]) == {"street"}


def test_saved_scores_are_ticked_and_deleted_after_a_question(own_page):
    page = own_page
    save(*(saved_score(f"photo {i}", i) for i in range(3)))
    go(page, "Dice table")
    page.get_by_role("tab", name="Saved by you").click()
    page.get_by_role("heading", name="Each saved score").wait_for()
    assert page.get_by_role("button", name="Delete").is_disabled()
    each = page.get_by_test_id("stDataFrame").filter(visible=True).last
    click_row(page, each, 1, 16)
    page.get_by_role("button", name="Delete 1 score").click()
    page.get_by_text("photo 1 by m").wait_for()
    page.get_by_role("button", name="Delete 1 score for good").click()
    page.get_by_text("1 deleted.").wait_for()
    assert names_saved() == ["photo 0", "photo 2"]


def test_an_empty_list_leads_to_compare(page):
    go(page, "Dice table")
    page.get_by_role("tab", name="Saved by you").click()
    page.get_by_role("link", name="Go to Compare").click()
    page.get_by_text("Drop in a photo of a car").wait_for()


def test_a_click_on_a_row_opens_its_card_and_curves_unfold(page):
    go(page, "Models")
    page.get_by_role("heading", name="Tiny tiny-a").wait_for()
    click_row(page, page.get_by_test_id("stDataFrame"), 1, 60)
    page.get_by_role("heading", name="Tiny tiny-b").wait_for()
    page.get_by_role("heading", name="Tiny tiny-a").wait_for(state="detached")
    click_row(page, page.get_by_test_id("stDataFrame"), 0, 60)
    page.get_by_text("How it learned").click()
    page.locator(".js-plotly-plot").first.wait_for()
    page.locator(".js-plotly-plot").nth(1).wait_for()
    page.set_viewport_size({"width": 400, "height": 800})
    nothing_sticks_out(page)
