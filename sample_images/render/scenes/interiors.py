"""Rooms and a street at night without a car, with free ground where a car would stand."""

from __future__ import annotations

import grounds
import studios
from shot import camera
from showroom import showroom as build_showroom
from skies import banded_sky


def paper() -> None:
    """A sweep of grey paper that fades from light to dark."""
    studios.paper_sweep()
    camera((0.0, -7.6, 1.55), (0.0, 0.0, 0.75), 45, 8.0)


def showroom() -> None:
    """A showroom with daylight from the left."""
    build_showroom()
    camera((5.2, -8.4, 1.55), (-0.9, 0.0, 1.08), 33, 8.0)


NIGHT = [(0.0, (0.22, 0.13, 0.085)), (0.12, (0.07, 0.055, 0.06)), (0.5, (0.014, 0.018, 0.034))]
"""The glow of a town by the sine of the elevation."""


def city_night() -> None:
    """A wet street at night under lamps, windows lit."""
    grounds.street(wet=0.42, lit=0.5, watts=420)
    banded_sky(0.25, NIGHT)
    for x in (-4.0, 14.0, 34.0):
        grounds.lamp_post(x, -9.6, watts=420)
    camera((-9.5, -6.6, 1.5), (2.0, -4.4, 1.25), 32, 4.0)
