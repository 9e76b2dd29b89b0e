"""The arithmetic of the stage in a real browser: the grid that shows pictures largest."""

from math import ceil

import pytest

from carseg.core.settings import ROOT

SCRIPT = ROOT / "carseg" / "ui" / "components" / "viewer" / "fit.js"
GAP, CAPTION = 12, 28


@pytest.fixture
def grid(chromium):
    """``bestGrid`` of a stage, a number of pictures and their shape."""
    page = chromium.new_page()
    script = SCRIPT.read_text(encoding="utf-8")

    def best(width: float, height: float, count: int, aspect: float) -> dict:
        given = {"width": width, "height": height, "count": count, "aspect": aspect}
        given |= {"gap": GAP, "caption": CAPTION}
        return page.evaluate(f"given => {{ {script}\nreturn bestGrid(given); }}", given)

    yield best
    page.close()


def shown(columns: int, rows: int, width: int, height: int) -> dict:
    """A grid that is wholly seen."""
    return {"columns": columns, "rows": rows, "width": width, "height": height, "swipe": False}


def widest(width: float, height: float, count: int, aspect: float) -> float:
    """The width of a picture in the best of all grids, found by trying heights."""
    best = 0.0
    for columns in range(1, count + 1):
        rows = ceil(count / columns)
        high = 1
        while (
            columns * high * aspect + (columns - 1) * GAP <= width
            and rows * (high + CAPTION) + (rows - 1) * GAP <= height
        ):
            best = max(best, high * aspect)
            high += 1
    return best


def test_grids_worked_by_hand(grid):
    # A laptop's stage: two rows of 430 are larger than four in a row of 230 or one column of 190.
    assert grid(957, 652, 4, 1.5) == shown(2, 2, 438, 292)
    # Portraits on the same stage stand in one row: (652 - 28) * 0.5 = 312 is wider than a third.
    assert grid(957, 652, 3, 0.5) == shown(3, 1, 311, 622)
    # Panoramas in one column.
    assert grid(957, 652, 3, 5)["columns"] == 1
    # One picture is as large as the stage lets it.
    assert grid(957, 652, 1, 1.5) == shown(1, 1, 936, 624)


@pytest.mark.parametrize("size", [(957, 652), (2236, 1290), (672, 652), (366, 620), (1500, 420)])
@pytest.mark.parametrize("aspect", [0.56, 0.75, 1.0, 1.5, 2.4])
def test_all_pictures_are_in_the_stage_and_none_could_be_larger(grid, size, aspect: float):
    width, height = size
    for count in range(1, 7):
        found = grid(width, height, count, aspect)
        columns, rows = found["columns"], found["rows"]
        assert found["height"] == pytest.approx(found["width"] / aspect, abs=0.51)
        if found["swipe"]:
            assert width < 600
            assert found["width"] <= width
            assert found["columns"] == ceil(count / found["rows"])
            rows = found["rows"]
            assert rows * (found["height"] + CAPTION) + (rows - 1) * GAP <= height + rows
            continue
        if found["width"] < 190 <= widest(width, height, 1, aspect):
            pytest.fail(f"{count} pictures are too small: {found}")
        assert columns * found["width"] + (columns - 1) * GAP <= width
        best = widest(width, height, count, aspect)
        if best >= 191:
            assert rows * (found["height"] + CAPTION) + (rows - 1) * GAP <= height + rows
            assert found["width"] == pytest.approx(best, abs=1 + aspect)


def test_a_phone_swipes_where_pictures_would_be_small(grid):
    # Two landscapes above one another leave each its full width.
    assert grid(366, 620, 2, 1.5) == shown(1, 2, 366, 244)
    four = grid(366, 620, 4, 1.5)
    assert (four["swipe"], four["columns"], four["rows"]) == (True, 2, 2)
    assert four["width"] == 329, "nine tenths, so that the next one looks in"
    portraits = grid(366, 620, 2, 0.75)
    assert (portraits["swipe"], portraits["columns"], portraits["rows"]) == (True, 2, 1)


def test_a_crowd_is_never_too_small_to_see(grid):
    found = grid(957, 652, 40, 1.5)
    assert found["columns"] == 4
    assert found["width"] >= 190, "the page scrolls instead"


def test_a_narrow_stage_still_has_a_picture(grid):
    assert grid(40, 30, 1, 1.5)["width"] >= 1
