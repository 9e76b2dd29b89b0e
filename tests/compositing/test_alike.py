"""Photos of one car, framed alike: measured on what is painted, not on the arithmetic."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carseg.compositing.alike import SCALES, Alike, Seen, placed_alike
from carseg.compositing.framing import FrameError, aspect_ratio, cropped, sized
from carseg.compositing.views import Background, Look, paint

Car = tuple[int, int, int, int]
SIDE, FRONT, BACK = (60, 20, 101, 170), (52, 81, 99, 128), (50, 70, 96, 121)
"""A car on a turntable, in photos of 131 x 197 pixels: top, left, bottom, right."""


def alpha(car: Car | None, size: tuple[int, int] = (131, 197)) -> np.ndarray:
    made = np.zeros(size, np.float32)
    if car is not None:
        top, left, bottom, right = car
        made[top:bottom, left:right] = 1
    return made


def shown(alphas: list[np.ndarray], how: Alike) -> list[np.ndarray | None]:
    """The alphas as they are framed."""
    places = placed_alike([Seen.of(one) for one in alphas], how)
    return [
        place and sized(cropped(one, place.window, replicate=False), place.size)
        for one, place in zip(alphas, places, strict=True)
    ]


def measured(framed: np.ndarray) -> dict[str, float]:
    """Where the car is in its frame, in pixels; soft rows count by their share."""
    rows, columns = framed.max(1), framed.max(0)
    there = np.flatnonzero(columns > 0.5)
    return {
        "height": rows.sum(),
        "width": columns.sum(),
        "ground": np.flatnonzero(rows > 0.5)[-1] + 1,
        "middle": (there[0] + there[-1] + 1) / 2,
    }


@pytest.mark.parametrize("aspect", ["4:3", "1:1", "16:9", "2:3"])
@pytest.mark.parametrize("margin", [0, 8, 25])
def test_on_a_turntable_nothing_but_the_car_turns(aspect: str, margin: int):
    framed = shown([alpha(car) for car in (SIDE, FRONT, BACK)], Alike(aspect, margin))
    height, width = framed[0].shape
    assert {one.shape for one in framed} == {(height, width)}
    assert width / height == pytest.approx(aspect_ratio(aspect), rel=0.02)
    found = [measured(one) for one in framed]
    for (top, left, bottom, right), car in zip((SIDE, FRONT, BACK), found, strict=True):
        assert (car["height"], car["width"]) == (bottom - top, right - left), "no pixel is scaled"
        assert car["middle"] == pytest.approx(width / 2, abs=1)
    assert len({car["ground"] for car in found}) == 1, "all stand on one line"
    # The widest view has its margins, and no room is wasted: one side could not be shorter.
    margins = margin / 100 * 150
    assert width >= round(150 + 2 * margins)
    assert height >= round(47 + 2 * margins) - 1
    assert width == round(150 + 2 * margins) or abs(height - (47 + 2 * margins)) <= 1
    # The highest view is in the middle.
    ground = found[0]["ground"]
    assert ground - 47 == pytest.approx(height - ground, abs=1.5)


@pytest.mark.parametrize("scale", ["height", "width"])
def test_photos_from_different_places_show_the_car_at_one_scale(scale: str):
    photos = [
        alpha((40, 30, 90, 150), (131, 197)),
        alpha((200, 210, 400, 691), (613, 901)),
        alpha((33, 11, 58, 71), (77, 83)),
    ]
    framed = shown(photos, Alike("4:3", 10, scale))
    assert len({one.shape for one in framed}) == 1
    found = [measured(one) for one in framed]
    largest = found[1][scale]
    assert largest == (200 if scale == "height" else 481), "the largest loses no pixel"
    for car in found:
        assert car[scale] == pytest.approx(largest, rel=0.04)
        assert car["ground"] == pytest.approx(found[1]["ground"], rel=0.02)
        assert car["middle"] == pytest.approx(framed[0].shape[1] / 2, rel=0.02)


SIZES = st.tuples(st.integers(20, 90), st.integers(20, 90))


@st.composite
def cars(draw) -> tuple[tuple[int, int], Car]:
    height, width = draw(SIZES)
    top, left = draw(st.integers(0, height - 2)), draw(st.integers(0, width - 2))
    bottom, right = draw(st.integers(top + 2, height)), draw(st.integers(left + 2, width))
    return (height, width), (top, left, bottom, right)


@given(
    st.lists(cars(), min_size=1, max_size=4),
    st.sampled_from(["free", "4:3", "1:1", "3:7"]),
    st.integers(0, 50),
    st.sampled_from(list(SCALES)),
)
def test_every_car_is_whole_and_cut_off_only_at_the_frame(photos, aspect, margin, scale):
    seen = [Seen(size, box) for size, box in photos]
    places = placed_alike(seen, Alike(aspect, margin, scale))
    assert len({place.size for place in places}) == 1
    for (size, (top, left, bottom, right)), place in zip(photos, places, strict=True):
        window = place.window
        slack = 1 + 0.02 * max(window.size)  # sides are whole pixels
        assert window.top - slack <= top
        assert window.bottom + slack >= bottom
        assert window.left - slack <= left
        assert window.right + slack >= right
        height, width = size
        for start, end, low, high, side in (
            (window.top, window.bottom, top, bottom, height),
            (window.left, window.right, left, right, width),
        ):
            if low == 0 and high < side:
                assert start == 0
            elif high == side and low > 0:
                assert end == side


def test_a_car_that_is_cut_off_does_not_decide_the_scale_of_the_others():
    near = (40, 0, 131, 197)
    alone = shown([alpha(SIDE), alpha(FRONT)], Alike("4:3", 8))
    three = placed_alike([Seen.of(alpha(car)) for car in (SIDE, FRONT, near)], Alike("4:3", 8))
    assert [place.window.size for place in three[:2]] == [one.shape for one in alone]
    assert three[2].window.left <= 0
    assert three[2].window.right >= 197
    assert Seen.of(alpha(near)).cut == ("left", "bottom", "right")
    assert Seen.of(alpha(SIDE)).cut == ()


def test_a_photo_without_a_car_has_no_place_and_is_shown_whole():
    empty = alpha(None)
    places = placed_alike([Seen.of(alpha(SIDE)), Seen.of(empty)], Alike("4:3"))
    assert places[1] is None
    assert places[0] == placed_alike([Seen.of(alpha(SIDE))], Alike("4:3"))[0]
    assert placed_alike([], Alike()) == []
    rgb = np.zeros((131, 197, 3), np.uint8)
    assert paint("cutout", Look(frame=Alike("4:3")), rgb, empty, empty).shape == (131, 197, 4)


def test_cut_out_and_background_are_framed_and_other_views_are_not():
    rgb = np.random.default_rng(0).integers(0, 256, (131, 197, 3), dtype=np.uint8)
    near = alpha((0, 10, 120, 100))
    look = Look(frame=Alike("1:1", 5), background=Background(colour=(1, 2, 3)))
    cut = paint("cutout", look, rgb, near, near)
    new = paint("background", look, rgb, near, near)
    assert cut.shape[:2] == new.shape[:2]
    assert cut.shape[0] == pytest.approx(cut.shape[1], abs=1)
    there = cut[..., 3] == 255
    assert there.sum() == 120 * 90
    assert there[0].any(), "its roof is cut off, so it touches the frame"
    np.testing.assert_array_equal(new[there], rgb[near > 0].reshape(-1, 3))
    assert (new[~there] == (1, 2, 3)).all()
    assert paint("mask", look, rgb, near, near).shape == (131, 197)


@pytest.mark.parametrize("text", ["", "4", "4:0", "0:0", "1:5", "4/3", "a:b", "1e9:1", "٤:٣"])
def test_a_shape_that_is_none_is_one_sentence(text: str):
    with pytest.raises(FrameError, match="such as 4:3"):
        aspect_ratio(text)


def test_shapes():
    assert aspect_ratio("3:2") == 1.5
    assert aspect_ratio("2.35:1") == 2.35
    assert aspect_ratio("free") == 0
