"""Names of pictures where there is little room."""

import pytest

from carseg.ui.shared.add_pictures import short


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("car.jpg", "car.jpg"),
        ("fifteen_let.jpg", "fifteen_let.jpg"),
        ("sixteen_lett.jpg", "sixtee…lett.jpg"),
        ("IMG_20201123_135900.jpg", "IMG_20…5900.jpg"),
    ],
)
def test_a_long_name_keeps_its_ends(name: str, words: str):
    assert short(name) == words
    assert len(short(name)) <= 15


def test_the_room_can_be_larger():
    name = "a" * 30 + "b" * 30
    assert len(short(name, 40)) == 40
    assert short(name, 60) == name
