"""The numbers that make a body style, in metres; the styles themselves are in `styles`.

x runs from the front bumper (0) to the rear (length), y to the side, z up from the road. Knots are
(position, value) pairs of a smooth curve.
"""

from __future__ import annotations

from dataclasses import dataclass

Knots = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Shape:
    """One body style; every length in metres, every knot list ordered."""

    name: str
    length: float
    half_width: float
    axles: tuple[float, float]  # x of the front and rear axle
    wheel_radius: float
    arch_radius: float
    clearance: float  # z of the underside between the wheels
    deck: Knots  # x -> z of hood, belt and boot along the middle
    drop: Knots  # x -> how far the deck falls towards the side
    plan: Knots  # x -> share of the half width, seen from above
    crease: Knots  # x -> z of the character line
    nose: Knots  # z -> how far the front steps back
    tail: Knots  # z -> how far the rear steps forward
    roof: Knots  # x -> z of the roof's middle
    cowl: tuple[float, float]  # x, z of the windscreen's foot in the middle
    windscreen: float  # dx/dz of the windscreen
    hatch: tuple[float, float]  # x, z of the rear window's foot in the middle
    backlight: float  # dx/dz of the rear window (positive: leans forward)
    house_half_width: float  # half width of the glasshouse at the belt
    tumblehome: float  # dy/dz of the side glass
    taper: Knots  # x -> share of the glasshouse's half width
    belt: Knots  # x -> z of the lower edge of the side windows
    blend: tuple[float, float]  # radius between body and glasshouse: side, C-pillar
    pillar_b: float  # x of the B-pillar
    glass_end: tuple[float, float]  # x of the last side window's rear edge at the belt, dx/dz
    door_rear: float  # x of the rear door's rear edge
    headlamp: Knots  # outline in (u, z), u = 0.7 (y + x): wraps around the corner
    taillamp: Knots  # likewise from the rear
    grille: Knots  # outline in (y, z), half
    intake: Knots  # lower opening, outline in (y, z), half
    vent: Knots  # opening at the bumper's corner, outline in (u, z) like the headlamp
    lid: tuple[float, float, float]  # boot lid or hatch: half width, lower z, foremost x
    plate_rear_z: float
    cladding: float = 0.0  # height of black plastic around sills and arches, 0 for none
    rails: bool = False
    barrel: float = 0.26  # how strongly the side glass curves inwards with height
    cabin_shift: float = 0.0  # how far seats and dashboard stand behind the sedan's
