"""Cars in town: sunny, overcast, at dusk, in the wet, under a house."""

from __future__ import annotations

import grounds
import numpy as np
from car import CarSpec, add_car
from garage import garage as build_garage
from shot import bulb, camera
from skies import banded_sky, cloudy_sky, sun_sky


def sunny() -> None:
    """A silver sedan at the kerb of a sunny street."""
    grounds.street()
    sun_sky(elevation=45, rotation=150)
    spec = CarSpec("sedan", "silver", spokes=10, twin=False, plate="CS 4096", steer=0.12)
    add_car(spec, (0, 0, 0), 0.0)
    camera((-5.6, -6.4, 1.55), (0.05, 0.0, 0.88), 46, 6.3)


def lot() -> None:
    """A white SUV on an overcast car park, partly behind another car; upright."""
    grounds.car_park()
    cloudy_sky()
    add_car(
        CarSpec("suv", "white", spokes=5, twin=True, plate="CS 8192"), (0, 0, 0), np.radians(90)
    )
    add_car(
        CarSpec("sedan", "graphite", spokes=10, twin=False, plate="CS 512"),
        (-2.75, -0.9, 0),
        np.radians(91),
    )
    camera((-3.4, -8.4, 1.6), (-0.3, 0.0, 0.85), 52, 7.1)


DUSK = [
    (0.0, (0.80, 0.36, 0.16)),
    (0.10, (0.46, 0.30, 0.26)),
    (0.28, (0.16, 0.19, 0.30)),
    (0.65, (0.055, 0.085, 0.19)),
]
"""After sunset: colours by the sine of the elevation."""


def dusk() -> None:
    """An orange hatchback with its lamps on after sunset, another car cut off ahead of it."""
    grounds.street(lit=0.42, watts=160)
    banded_sky(0.55, DUSK)
    add_car(CarSpec("hatchback", "orange", spokes=5, twin=True, plate="CS 300", lit=1.2))
    add_car(CarSpec("suv", "graphite", spokes=10, twin=False, plate="CS 61"), (-5.4, 0.15, 0), 0.02)
    bulb((-9.0, -7.0, 5.6), (1.0, 0.62, 0.30), 160, 0.13)
    camera((6.3, -4.9, 1.5), (-0.55, 0.1, 0.80), 48, 4.0)


def wet() -> None:
    """A teal van on a road after rain, its tail beyond the edge of the picture."""
    grounds.street(wet=0.62, lit=0.12)
    cloudy_sky(0.8, dark=(0.34, 0.37, 0.42), bright=(0.85, 0.88, 0.92))
    spec = CarSpec("van", "teal", spokes=5, twin=False, plate="CS 1500", steer=-0.05, lit=0.8)
    add_car(spec, (0.0, -2.6, 0), 0.0)
    add_car(CarSpec("hatchback", "silver", spokes=10, plate="CS 45"), (-3.4, 0.1, 0), 0.0)
    camera((-5.6, -7.2, 1.35), (-1.6, -2.2, 1.0), 44, 6.3)


def garage() -> None:
    """A red sedan under a house, partly behind a column; its neighbours cut off."""
    build_garage()
    nose_out = np.radians(90)
    add_car(CarSpec("sedan", "red", spokes=5, twin=True, plate="CS 777"), (0, 0.05, 0), nose_out)
    white = CarSpec("hatchback", "white", spokes=5, twin=False, plate="CS 12")
    add_car(white, (2.62, 0.3, 0), nose_out)
    black = CarSpec("suv", "black", spokes=10, twin=False, plate="CS 9000")
    add_car(black, (-2.7, 0.15, 0), np.radians(-90))
    camera((-2.0, -7.4, 1.5), (0.15, -0.5, 0.84), 42, 5.6)
