"""Strokes between browser and app: what comes back is what was sent, damage is refused."""

import numpy as np
import pytest

from carseg.compositing.retouch import MOST_POINTS, MOST_STROKES
from carseg.service.retouching import Retouch, RetouchError, read_strokes

DOT = {"keep": True, "radius": 0.02, "points": [[0.25, 0.75]]}
LINE = {"keep": False, "radius": 0.01, "points": [[0.1, 0.2], [0.3, 0.4], [1.2, -0.3]]}


def test_there_and_back():
    hand = Retouch()
    hand.take({"epoch": hand.epoch, "serial": 1, "strokes": [DOT, LINE]})
    back = hand.message()
    assert (back["serial"], back["epoch"]) == (1, hand.epoch)
    for sent, got in zip([DOT, LINE], back["strokes"], strict=True):
        assert (got["keep"], got["radius"]) == (sent["keep"], sent["radius"])
        assert np.allclose(got["points"], sent["points"], atol=4e-5)
    again = Retouch()
    again.take({"epoch": again.epoch, "serial": 5, "strokes": back["strokes"]})
    assert again.strokes == hand.strokes, "sending them once more moves no point"


def test_old_messages_and_those_of_another_epoch_change_nothing():
    hand = Retouch()
    hand.take({"epoch": hand.epoch, "serial": 2, "strokes": [DOT]})
    kept = hand.strokes
    for epoch, serial in ((hand.epoch, 2), (hand.epoch, 1), ("another", 3)):
        hand.take({"epoch": epoch, "serial": serial, "strokes": []})
        assert hand.strokes == kept
    hand.take({"epoch": hand.epoch, "serial": 3, "strokes": []})
    assert hand.strokes == ()


@pytest.mark.parametrize(
    "strokes",
    [
        None,
        "text",
        [DOT] * (MOST_STROKES + 1),
        [{**DOT, "points": [[0.5, 0.5]] * (MOST_POINTS + 1)}],
        [None],
        [{**DOT, "points": None}],
        [{**DOT, "points": [["a", "b"]]}],
        [{**DOT, "points": [[0.5, 0.5], [0.5]]}],
        [{**DOT, "points": [[0.5, 9]]}],
        [{**DOT, "radius": "wide"}],
        [{**DOT, "radius": None}],
        [{"points": [[0.5, 0.5]]}],
    ],
)
def test_damage_is_one_sentence(strokes):
    with pytest.raises(RetouchError, match="paint them again"):
        read_strokes(strokes)


@pytest.mark.parametrize("serial", [None, "1", -1, True, 1.5])
def test_a_message_needs_a_number(serial):
    hand = Retouch()
    hand.take({"epoch": hand.epoch, "serial": 1, "strokes": [DOT]})
    epoch, kept = hand.epoch, hand.strokes
    with pytest.raises(RetouchError, match="paint them again"):
        hand.take({"epoch": hand.epoch, "serial": serial, "strokes": []})
    assert hand.strokes == kept
    assert hand.epoch != epoch, "the browser takes over what is kept here"
