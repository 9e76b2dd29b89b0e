"""Which dials are meant where none is named, and how they are described."""

import pytest

from carseg.dials import DIALS, EFFECTS
from carseg.dials.dial import default_dials, described, dials_named, single_dials


def test_the_default_is_each_family_and_all_of_them():
    assert default_dials() == [
        *("background", "light", "weather", "camera", "framing", "clutter", "combined"),
    ]


def test_single_dials_are_the_effects_without_controls():
    assert single_dials()[-1] == "combined"
    assert not set(single_dials()) & set(default_dials()[:-1])
    # The control leads to no street.
    assert set(EFFECTS) - set(single_dials()) == {"background.studio"}


def test_dials_by_name_come_once_and_in_order():
    assert dials_named(["light", "weather.fog", "light"]) == [DIALS["light"], DIALS["weather.fog"]]
    with pytest.raises(ValueError, match=r"no dial 'moonlight'\. Known are: background"):
        dials_named(["light", "moonlight"])


def test_a_family_lists_its_effects_and_an_effect_none():
    family, effect = described(["weather"]).splitlines(), described(["weather.fog"]).splitlines()
    assert len(family) == 1 + len(DIALS["weather"].effects)
    assert len(effect) == 1
    assert family[0].startswith("weather: Weather. ")
    assert effect[0].startswith("weather.fog: ")
