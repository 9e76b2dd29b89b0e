"""Clutter: what is hidden is not car, and a second car is car."""

from functools import partial

import numpy as np
import pytest

from carseg.dials import DIALS, LabelledPicture, Materials
from tests.factories.dials import CAR, MATERIALS, made

PICTURES = "abcdefgh"


def changed(a: LabelledPicture, b: LabelledPicture) -> np.ndarray:
    return (a.rgb != b.rgb).any(2)


@pytest.mark.parametrize("size", [(97, 145), (160, 240)])
def test_occluders_only_take_truth_and_only_where_they_are_seen(size):
    sample = made(size)
    for picture in PICTURES:
        for severity in (1, 3, 5):
            done = DIALS["clutter.occluders"].apply(sample, severity, picture)
            gone = sample.truth & ~done.truth
            assert not (done.truth & ~sample.truth).any()
            assert gone.any()
            # A colour may be that of the car by chance, in a few pixels.
            assert (gone & ~changed(sample, done)).sum() <= 0.01 * gone.sum()


def test_what_shows_the_car_untouched_is_still_car():
    sample = made()
    for picture in PICTURES:
        done = DIALS["clutter.occluders"].apply(sample, 5, picture)
        assert done.truth[sample.truth & ~changed(sample, done)].all()


def test_occluders_hide_more_at_each_step_and_leave_half():
    sample = made((160, 240))
    hidden = [
        np.mean(
            [
                1 - DIALS["clutter.occluders"].apply(sample, s, p).truth.sum() / sample.truth.sum()
                for p in PICTURES
            ]
        )
        for s in range(6)
    ]
    assert hidden[0] == 0
    assert (np.diff(hidden) > 0).all()
    assert 0.005 < hidden[1] < 0.12
    assert 0.25 < hidden[5] < 0.6


def test_occluders_grow_in_their_places():
    sample = made()
    for picture in PICTURES:
        masks = [
            sample.truth & ~DIALS["clutter.occluders"].apply(sample, s, picture).truth
            for s in (3, 4)
        ]
        assert (masks[0] & masks[1]).sum() > 0.5 * masks[0].sum()


@pytest.mark.parametrize("materials", [MATERIALS, Materials()], ids=["borrowing", "alone"])
def test_a_second_car_only_adds_and_stands_behind(materials):
    sample = made((97, 145))
    areas = []
    for severity in (1, 3, 5):
        results = [
            DIALS["clutter.second"].apply(sample, severity, p, 0, materials) for p in PICTURES
        ]
        for done in results:
            added = done.truth & ~sample.truth
            assert done.truth[sample.truth].all()
            assert added.any()
            assert not changed(sample, done)[sample.truth].any(), "the first car stands in front"
            assert changed(sample, done)[added].all()
        areas.append(np.mean([done.truth.sum() for done in results]))
    assert areas[0] < areas[1] < areas[2]


def test_the_second_car_looks_like_itself_and_nothing_else_changes():
    blue = made((120, 180), 1, (0.3, 0.3, 0.7, 0.7), colour=(20, 30, 250))
    sample = made((120, 180), box=(0.3, 0.35, 0.6, 0.8))
    for picture in PICTURES:
        done = DIALS["clutter.second"].apply(
            sample, 5, picture, 0, Materials([], [partial(LabelledPicture, blue.rgb, blue.truth)])
        )
        added = done.truth & ~sample.truth
        is_blue = done.rgb[..., 2].astype(int) - done.rgb[..., 0] > 115
        assert not (is_blue & ~done.truth).sum() > 0.03 * added.sum()
        # The car's edge is as soft as one pixel.
        assert (changed(sample, done) & ~added).sum() < 0.15 * added.sum()


def test_alone_the_second_car_has_another_coat():
    sample = made((120, 180), box=(0.3, 0.35, 0.6, 0.8))
    for picture in PICTURES:
        done = DIALS["clutter.second"].apply(sample, 5, picture, 0, Materials())
        added = done.truth & ~sample.truth
        assert np.abs(np.median(done.rgb[added], 0) - CAR).max() > 25


def test_without_a_first_car_or_with_an_empty_second_nothing_changes():
    empty = made((60, 90), box=None)
    assert DIALS["clutter.second"].apply(empty, 5, "a", 0, MATERIALS) is empty
    sample = made((60, 90))
    no_car = Materials([], [lambda: empty])
    assert DIALS["clutter.second"].apply(sample, 5, "a", 0, no_car) is sample
