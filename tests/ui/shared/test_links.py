"""What a link may bring to the widgets of a page."""

import pytest
from streamlit.testing.v1 import AppTest

from carseg.core import settings
from carseg.ui.shared.links import fits

APP = str(settings.ROOT / "app.py")
BAD = ["", "abc", "inf", "-1e400", "9" * 400, "\x00", "None"]
KEYS = {
    "compare": (
        "view", "mode", "format", "colour", "behind", "behind-1", "behind-2", "opacity", "line",
        "feather", "largest", "models", "second", "standing", "scene", "t-tiny-a", "left", "right",
        "t", "each", "original",
    ),
    "learn": ("chapter", "kernel", "stride", "learn-model", "design"),
    "juncture": ("j-dial", "j-severity", "j-seed", "j-picture", "j-models", "j-outlines", "j-true"),
    "dice_table": ("view", "fail-set", "fail-number", "pair-set", "wrong-set", "without-flagged"),
    "present": ("talk-models", "talk-view"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value", "good"),
    [
        ("colour", "#e69f00", True),
        ("colour", "e69f00", True),
        ("colour", "abc", False),
        ("behind-1", "#abc", False),
        ("behind-2", "red", False),
        ("j-seed", "7", True),
        ("j-seed", "inf", False),
        ("j-seed", "-Infinity", False),
        ("opacity", "nan", False),
        ("opacity", "1e999", False),
        ("opacity", "9" * 400, False),
        ("opacity", "\u0661e999", False),
        ("opacity", "1_0e999", False),
        ("feather", "1.5", True),
        ("chapter", "", False),
        ("format", "", False),
        ("models", "", True),
        ("j-models", "", True),
        ("sample", "street/blue-hatch", True),
        ("fail-picture", "1e4567890123_04", True),
        ("url", "https://example.org/car.jpg?size=1e999", True),
        ("url", "https://example.org/" + "a" * 5000, False),
        ("view", "Mask\x00", False),
    ],
)
def test_what_fits(key, value, good):
    assert fits(key, [value]) is good


def test_too_many_values_do_not_fit():
    assert fits("models", ["a"] * 200)
    assert not fits("models", ["a"] * 201)


@pytest.mark.parametrize("page", KEYS)
def test_no_link_breaks_a_page(tiny_weights, page):  # noqa: ARG001 - asked for its effect
    for bad in BAD:
        app = AppTest.from_file(APP, default_timeout=120)
        for key in KEYS[page]:
            app.query_params[key] = bad
        if page == "compare":
            app.query_params["sample"] = "street/blue-hatch"
        app.run().switch_page(f"pages/{page}.py").run()
        assert not app.exception, (page, bad)
