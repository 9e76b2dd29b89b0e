"""The arithmetic of zoom and pan in a real browser: examples worked by hand, and what must hold."""

import numpy as np
import pytest

from carseg.core.settings import ROOT

SCRIPT = ROOT / "carseg" / "ui" / "components" / "zoom.js"
PORT, ASPECT = (400, 200), 1.5
"""The picture fits as 300 x 200: it is as high as the port, and 50 pixels are free at each side."""
WHOLE = {"zoom": 1, "x": 0.5, "y": 0.5}
TWICE = {"zoom": 2, "x": 0.625, "y": 0.625}
"""The whole picture zoomed by 2 about the pixel 75 to the right of and 50 below the middle."""
SHAPES = [  # width and height of port and picture
    (PORT, (3, 2)),
    ((411, 237), (97, 143)),
    ((360, 740), (9, 1)),
    ((1023, 61), (2, 1601)),
    ((333, 333), (333, 332)),
]


@pytest.fixture
def run(chromium):
    """Evaluates JavaScript after zoom.js; ``port`` makes ``fit``, the rest has its own names."""
    page = chromium.new_page()
    script = SCRIPT.read_text(encoding="utf-8")

    def evaluate(code: str, port=PORT, aspect: float = ASPECT, **given):
        given |= {"port": {"clientWidth": port[0], "clientHeight": port[1]}, "aspect": aspect}
        names = ", ".join(given)
        fit = "const fit = fitIn(port, aspect);"
        return page.evaluate(f"({{ {names} }}) => {{ {script}\n{fit}\nreturn {code}; }}", given)

    yield evaluate
    page.close()


def shown(place: dict, port, picture) -> np.ndarray:
    """Left, top, width and height of the picture in the port, CSS pixels."""
    port, picture = np.array(port), np.array(picture)
    size = picture * (port / picture).min() * place["zoom"]
    return np.stack([port / 2 - size * [place["x"], place["y"]], size])


def test_the_picture_fits_into_the_port(run):
    assert run("fit") == {"w": 400, "h": 200, "width": 300, "height": 200}
    assert run("fit", (300, 900)) == {"w": 300, "h": 900, "width": 300, "height": 200}
    style = {"width": "300px", "height": "200px"}
    assert run("sheetStyle(WHOLE, fit)") == style | {"transform": "translate(50px, 0px) scale(1)"}


def test_zoom_keeps_what_is_at_the_pointer(run):
    assert run("zoomed(WHOLE, fit, 2, [75, 50])") == TWICE
    assert run("cornerOf(place, fit)", place=TWICE) == {"x": -175, "y": -150}
    # Three quarters of the picture, along and down, were and are at (275, 150) of the port.
    assert 50 + 0.75 * 300 == -175 + 0.75 * 600 == 275
    assert 0 + 0.75 * 200 == -150 + 0.75 * 400 == 150
    assert run("zoomed(WHOLE, fit, 2)") == {"zoom": 2, "x": 0.5, "y": 0.5}

    for port, picture in SHAPES:
        before = run("zoomed(WHOLE, fit, 1.7)", port, picture[0] / picture[1])
        for pointer in [(0, 0), (31.5, -20.25), (-port[0] / 2, port[1] / 2)]:
            after, back = run(
                "[zoomed(place, fit, 3, pointer),"
                " zoomed(zoomed(place, fit, 3, pointer), fit, 1 / 3, pointer)]",
                *(port, picture[0] / picture[1]),
                **{"place": before, "pointer": pointer},
            )
            (corner, size), (moved, grown) = (shown(p, port, picture) for p in (before, after))
            at = np.array(port) / 2 + pointer
            stays = (at - corner) / size * grown + moved
            full = size >= port  # where the port is not full, the picture stays in its middle
            assert stays[full] == pytest.approx(at[full]), (port, picture, pointer)
            assert back == pytest.approx(before), (port, picture, pointer)


def test_a_hand_moves_the_picture_up_to_its_edges(run):
    assert run("panned(place, fit, 60, -40)", place=TWICE) == pytest.approx(
        {"zoom": 2, "x": 0.525, "y": 0.725}
    )
    corners = "['', '-'].map(s => cornerOf(panned(place, fit, s + 1e4, s + 1e4), fit))"
    left, right = run(corners, place=TWICE)
    assert left == pytest.approx({"x": 0, "y": 0})
    assert right == pytest.approx({"x": 400 - 600, "y": 200 - 400})
    # 360 x 240: free room at the sides, so that it moves up and down only.
    assert run("zoomed(WHOLE, fit, 1.2, [75, 50])") == pytest.approx(
        {"zoom": 1.2, "x": 0.5, "y": 0.5 + 0.25 / 6}
    )


def test_wherever_hands_go_the_port_stays_full(run):
    rng = np.random.default_rng(3)
    for port, picture in SHAPES:
        steps = [
            ["zoomed", float(np.exp(rng.normal(0.2, 1))), rng.uniform(-300, 300, 2).tolist()]
            if rng.random() < 0.5
            else ["panned", *rng.normal(0, 400, 2).tolist()]
            for _ in range(200)
        ]
        walk = "steps.map(([how, ...by]) => (place = { zoomed, panned }[how](place, fit, ...by)))"
        places = run(walk, port, picture[0] / picture[1], steps=steps, place=WHOLE)
        assert len({place["zoom"] for place in places}) > 50
        for place in places:
            assert 1 <= place["zoom"] <= 24
            corner, size = shown(place, port, picture)
            free = np.maximum(np.array(port) - size, 0) / 2
            assert (corner <= free + 1e-6).all(), (port, picture, place)
            assert (corner + size >= port - free - 1e-6).all(), (port, picture, place)


def test_zoom_has_an_end_and_the_whole_picture_is_the_start(run):
    assert run("zoomed(place, fit, 1e6).zoom", place=TWICE) == 24
    assert run("zoomed(place, fit, 1e-6, [-90, 70])", place=TWICE) == WHOLE
    assert run("WHOLE") == WHOLE
    for port, picture in SHAPES:
        aspect = picture[0] / picture[1]
        assert run("lookingAt(WHOLE, fit, 0.9, 0.1)", port, aspect) == pytest.approx(WHOLE)


def test_a_port_out_of_sight_keeps_the_place(run):
    for how in ("zoomed(place, fit, 1, [5, 5])", "panned(place, fit, 9, 9)"):
        assert run(how, (0, 0), place=TWICE) == TWICE


def test_nothing_given_is_changed(run):
    place = TWICE | {"split": 30}
    code = "[zoomed(place, fit, 3, [9, 9]), panned(place, fit, 9, 9), place]"
    near, moved, given = run(code, place=place)
    assert given == place
    assert near["split"] == moved["split"] == 30
    assert near != place != moved
