"""What a training has seen, and the contact sheet."""

import numpy as np
import pytest

from carseg.dials import EFFECTS, Materials, effects_seen
from carseg.dials.sheet import dial_sheet
from carseg.dials.training_overlap import LIKE
from carseg.train.views.augment import AUGMENTATIONS
from tests.factories.dials import made


def test_every_preset_and_only_known_effects_are_named_with_a_reason():
    assert set(LIKE) == set(AUGMENTATIONS)
    for effects in LIKE.values():
        assert set(effects) <= set(EFFECTS)
        assert all(len(reason) > 20 for reason in effects.values())


def test_seen_is_what_any_of_the_presets_shows():
    assert effects_seen([]) == effects_seen(["none"]) == frozenset()
    assert "framing.rotation" in effects_seen(["studio"])
    assert "camera.jpeg" not in effects_seen(["studio"])
    assert effects_seen(["street", "photo"]) == effects_seen(["street"]) | effects_seen(["photo"])
    assert effects_seen(name for name in ("studio", "street")) >= effects_seen(["studio"])
    with pytest.raises(ValueError, match="no preset 'night'"):
        effects_seen(["night"])


def test_weather_and_occluders_are_unseen_by_all_and_motion_by_those_compared():
    unseen = {"weather.fog", "weather.rain", "weather.snow", "clutter.occluders"}
    assert not unseen & effects_seen(AUGMENTATIONS)
    assert "camera.motion" not in effects_seen({"none", "studio", "street", "photo"})


def test_a_sheet_has_a_row_per_dial_and_sample_and_a_column_per_step():
    samples = {"a": made((40, 60)), "b": made((40, 60), 1)}
    one = dial_sheet({"a": samples["a"]}, ["light"], (0,), width=90, truth=False)
    assert one.dtype == np.uint8
    height, width = one.shape[:2]
    sheet = dial_sheet(samples, ["light", "weather.fog"], (0, 2.5, 5), width=90, truth=False)
    assert sheet.shape == (4 * height, 3 * width - 2 * 3, 3)
    # The first row starts with the untouched picture, and what follows is not that.
    assert np.array_equal(sheet[:height, : width - 3], one[:, :-3])
    assert not np.array_equal(sheet[18:height, 96:186], sheet[18:height, 3:93])
    outlined = dial_sheet(samples, ["light"], (0,), width=90, materials=Materials())
    assert not np.array_equal(outlined[:height], one)


def test_a_sheet_of_nothing_is_refused():
    with pytest.raises(ValueError, match="no dial 'dusk'"):
        dial_sheet({"a": made((40, 60))}, ["dusk"])
    with pytest.raises(ValueError, match="at least one"):
        dial_sheet({}, ["light"])
