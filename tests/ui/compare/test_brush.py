"""What the brush sends is untrusted: a mask comes out of it, or one sentence."""

from itertools import groupby

import numpy as np
import pytest

from carseg.imaging import codec
from carseg.service.truth import drawing_name, read_drawing, read_truth

SIZE = (5, 7)
PIXELS = 35


def sent(mask: np.ndarray) -> dict:
    """The mask as the browser sends it."""
    runs = [len(list(same)) for _, same in groupby(mask.ravel().tolist())]
    return {"size": list(mask.shape), "runs": [0, *runs] if mask.flat[0] else runs}


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (5, 7), (97, 143)])
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_runs_become_the_mask(size, share):
    mask = np.random.default_rng(1).random(size) < share
    read = read_drawing(sent(mask), size)
    assert read.dtype == bool
    assert (read == mask).all()


def test_a_run_goes_on_in_the_next_row():
    expected = np.zeros(SIZE, bool)
    expected[1, 5:] = expected[2, :3] = True
    assert (read_drawing({"size": [5, 7], "runs": [12, 5, 18]}, SIZE) == expected).all()


HOSTILE = {
    "nothing": None,
    "a text": "runs",
    "a list": [5, 7],
    "no runs": {"size": [5, 7]},
    "no size": {"runs": [PIXELS]},
    "another size": {"size": [7, 5], "runs": [PIXELS]},
    "a size of text": {"size": "57", "runs": [PIXELS]},
    "runs of text": {"size": [5, 7], "runs": "35"},
    "a run of text": {"size": [5, 7], "runs": ["35"]},
    "no run": {"size": [5, 7], "runs": []},
    "too short": {"size": [5, 7], "runs": [34]},
    "too long": {"size": [5, 7], "runs": [30, 6]},
    "negative": {"size": [5, 7], "runs": [40, -5]},
    "a fraction": {"size": [5, 7], "runs": [34.5, 0.5]},
    "not a number": {"size": [5, 7], "runs": [float("nan")]},
    "true": {"size": [5, 7], "runs": [34, True]},
    "huge": {"size": [5, 7], "runs": [10**400]},
    "many empty runs": {"size": [5, 7], "runs": [PIXELS, *[0] * 10_000]},
    "nested": {"size": [5, 7], "runs": [[PIXELS]]},
}


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_anything_else_is_one_sentence(value):
    with pytest.raises(codec.PictureError, match=r"^The drawing did not arrive whole: [^.]+\.$"):
        read_drawing(value, SIZE)


def test_a_drawing_on_display_pixels_is_brought_to_the_photos_size():
    drawn = np.zeros((800, 1200), bool)
    drawn[200:600, 300:900] = True
    mask = read_drawing(sent(drawn), (800, 1200))
    truth = read_truth("a drawing", codec.encode(mask), (1600, 2400))
    expected = np.kron(drawn, np.ones((2, 2), bool))
    assert (truth.mask == expected).all()
    assert "resized from 1200x800 to 2400x1600" in truth.resized


def test_a_drawing_names_what_it_started_from():
    assert drawing_name("") == "a drawing"
    once = drawing_name("U-Net")
    assert once == "a drawing that started from U-Net"
    assert drawing_name(once) == once
