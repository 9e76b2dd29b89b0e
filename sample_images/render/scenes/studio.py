"""Cars on the turntable of a bright studio."""

from __future__ import annotations

import numpy as np
import studios
from car import CarSpec, add_car
from shot import camera

ANGLES = 16


def sedan(angle: int) -> None:
    """A blue sedan at one of Carvana's angles: 1 front, 5 left side, 9 rear, 13 right side."""
    studios.turntable()
    heading = np.radians(90 - 360 / ANGLES * (angle - 1))
    add_car(CarSpec("sedan", "blue", spokes=5, twin=True, plate="CS 2048"), (0, 0, 0), heading)
    camera((0.0, -7.6, 1.7), (0.0, 0.0, 0.66), 47)


def suv() -> None:
    """A red SUV, three-quarter rear."""
    studios.turntable()
    spec = CarSpec("suv", "red", spokes=5, twin=False, plate="CS 1024")
    add_car(spec, (0, 0, 0), np.radians(218))
    camera((0.0, -7.6, 1.75), (0.0, 0.0, 0.78), 45)
