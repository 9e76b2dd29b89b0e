"""Places in a folder: what their JSON says, and what happens where it says nothing or nonsense."""

import json
import logging
import os

import numpy as np
import pytest

from carseg.compositing.placement import GroundAndLight
from carseg.compositing.scenes import ground_and_light_of, shipped_scenes
from carseg.compositing.shadow import Light, stand
from carseg.core import settings
from tests.factories.scenes import FACTS, write_scene

PLACE = GroundAndLight(0.45, 0.63, 0.89, Light((0.6, 0.5, 0.4), 0.48, 0.25))


def test_places_by_name_with_their_ground_and_light(tmp_path):
    write_scene(tmp_path, "road")
    write_scene(tmp_path, "city-night", FACTS | {"horizon": 0})
    (tmp_path / "notes.txt").write_text("no picture")
    found = shipped_scenes(tmp_path)
    assert list(found) == ["city-night", "road"]
    assert found["city-night"].title == "City night"
    assert found["city-night"].ground.horizon == 0
    assert (found["road"].ground, found["road"].problem) == (PLACE, "")
    assert found["road"].path == tmp_path / "road.jpg"


def test_no_folder_no_places(tmp_path, monkeypatch):
    assert shipped_scenes(tmp_path / "none") == {}
    monkeypatch.setattr(settings, "samples_dir", lambda: tmp_path)
    assert shipped_scenes() == {}
    write_scene(tmp_path / "backgrounds", "coast")
    assert list(shipped_scenes()) == ["coast"]


def without(key: str) -> dict:
    return {k: v for k, v in FACTS.items() if k != key}


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (None, "road.json is missing"),
        ("{", "cannot be read as JSON"),
        ("", "cannot be read as JSON"),
        ([1, 2], "keys and values"),
        (without("horizon"), "'horizon'"),
        (without("ground"), "'ground'"),
        (without("light_from"), "'light_from'"),
        (without("light_softness"), "'light_softness'"),
        (without("light_colour"), "'light_colour'"),
        (FACTS | {"horizon": True}, "'horizon'"),
        (FACTS | {"horizon": "0.4"}, "'horizon'"),
        (FACTS | {"horizon": float("nan")}, "'horizon'"),
        (FACTS | {"horizon": 10**400}, "'horizon'"),
        (FACTS | {"horizon": -0.1}, "'horizon'"),
        (FACTS | {"horizon": 0.7}, "below the horizon"),
        (FACTS | {"ground": [0.89, 0.63]}, "'ground'"),
        (FACTS | {"ground": [0.5, 1.2]}, "'ground'"),
        (FACTS | {"ground": [1, 1]}, "'ground'"),
        (FACTS | {"ground": 0.8}, "'ground'"),
        (FACTS | {"ground": [0.8]}, "'ground'"),
        (FACTS | {"light_from": [0.1, 0.1, 0.1]}, "length 1"),
        (FACTS | {"light_softness": 1.5}, "'light_softness'"),
        (FACTS | {"light_colour": [0.1, 0.2, None]}, "'light_colour'"),
    ],
)
def test_a_place_of_which_nothing_is_known_is_a_picture(tmp_path, caplog, facts, words):
    picture = write_scene(tmp_path, "road", facts)
    with caplog.at_level(logging.WARNING):
        (found,) = shipped_scenes(tmp_path).values()
        assert shipped_scenes(tmp_path)["road"] is found
    assert found.ground is None
    assert found.path == picture
    assert words in found.problem
    assert "road.json" in found.problem
    assert found.problem.endswith("render the scene again to get its ground and light.")
    assert [record.getMessage() for record in caplog.records] == [found.problem], "said once"


def test_a_mended_file_is_read_anew(tmp_path):
    write_scene(tmp_path, "road", "{")
    assert shipped_scenes(tmp_path)["road"].ground is None
    write_scene(tmp_path, "road")
    assert shipped_scenes(tmp_path)["road"].ground == PLACE
    file = tmp_path / "road.json"
    file.write_text(json.dumps(FACTS | {"horizon": 0.44}))
    os.utime(file, ns=(1, 1))
    assert shipped_scenes(tmp_path)["road"].ground.horizon == 0.44


def test_a_bad_neighbour_leaves_the_others(tmp_path):
    write_scene(tmp_path, "a", "{")
    write_scene(tmp_path, "b")
    assert [found.ground for found in shipped_scenes(tmp_path).values()] == [None, PLACE]


def srgb(light: float) -> float:
    """Linear light 0.01..1 on the scale 0..255 (IEC 61966-2-1)."""
    return 255 * (1.055 * light ** (1 / 2.4) - 0.055)


def test_known_light_by_hand():
    """A car of linear 0.25 from a grey photo, moved to where a grey ball shows ``light_colour``."""
    light = ground_and_light_of(FACTS).light
    alpha = np.zeros((60, 90), np.float32)
    alpha[20:40, 30:60] = 1
    grey = round(srgb(0.35))  # surroundings that reflect 0.35 under light 0.5
    rgb = np.full((60, 90, 3), grey, np.uint8)
    colours = np.full((60, 90, 3), round(srgb(0.25)), np.uint8)
    black = np.zeros((60, 90, 3), np.uint8)  # would be guessed as night
    seen, _ = stand(colours, alpha, rgb, black, light)
    for channel, known in enumerate((0.6, 0.5, 0.4)):
        expected = srgb(0.25 * (known / 0.5) ** 0.5)
        assert seen[30, 45, channel] == pytest.approx(expected, abs=2)
    guessed, _ = stand(colours, alpha, rgb, black)
    assert guessed[30, 45].max() < seen[30, 45].min()


def test_known_light_leans():
    alpha = np.zeros((60, 90), np.float32)
    alpha[20:40, 30:60] = 1
    rgb = ground = np.full((60, 90, 3), 128, np.uint8)

    def dark(lean: float) -> np.ndarray:
        facts = FACTS | {"light_from": [lean, 0.6, 0.0], "light_softness": 0.0}
        return 128 - stand(rgb, alpha, rgb, ground, ground_and_light_of(facts).light)[1][
            ..., 0
        ].astype(int)

    right = dark(0.8)
    assert right[:, :30].sum() > right[:, 60:].sum(), "light from the right, shadow to the left"
    np.testing.assert_allclose(dark(-0.8)[:, ::-1], right, atol=1)
