"""What makes a sedan a sedan: the numbers of each body style, in metres.

x runs from the front bumper (0) to the rear (length), y to the side, z up from the road. Knots are
(position, value) pairs of a smooth curve. A new style is a new `Shape`; nothing else changes.
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


# fmt: off
SEDAN = Shape(
    name="sedan",
    length=4.64,
    half_width=0.912,
    axles=(0.86, 3.66),
    wheel_radius=0.345,
    arch_radius=0.378,
    clearance=0.175,
    deck=(
        (0.0, 0.70), (0.2, 0.765), (0.6, 0.855), (1.1, 0.925), (1.5, 0.965), (2.3, 0.99),
        (3.2, 1.025), (3.9, 1.075), (4.35, 1.095), (4.64, 1.09),
    ),
    drop=(
        (0.0, 0.09), (0.6, 0.085), (1.4, 0.055), (2.4, 0.05), (3.4, 0.05), (4.2, 0.09),
        (4.64, 0.11),
    ),
    plan=((0.0, 0.955), (0.86, 0.99), (2.2, 1.0), (3.66, 0.99), (4.64, 0.93)),
    crease=((0.3, 0.715), (1.5, 0.775), (3.0, 0.835), (4.3, 0.90)),
    nose=(
        (0.13, 0.16), (0.2, 0.085), (0.3, 0.03), (0.42, 0.002), (0.55, 0.0), (0.66, 0.03),
        (0.8, 0.11),
    ),
    tail=(
        (0.15, 0.17), (0.26, 0.08), (0.4, 0.015), (0.55, 0.0), (0.7, 0.035), (0.88, 0.075),
        (1.0, 0.055), (1.1, 0.02),
    ),
    roof=((1.7, 1.29), (2.1, 1.395), (2.5, 1.435), (2.9, 1.437), (3.3, 1.395), (3.8, 1.27)),
    cowl=(1.30, 0.945),
    windscreen=1.72,
    hatch=(4.13, 1.075),
    backlight=2.15,
    house_half_width=0.805,
    tumblehome=0.44,
    taper=((1.2, 0.95), (2.2, 1.0), (3.2, 0.975), (4.2, 0.86)),
    belt=((1.3, 0.935), (2.4, 0.965), (3.4, 1.005), (4.0, 1.04)),
    blend=(0.025, 0.16),
    pillar_b=2.50,
    glass_end=(3.80, 1.05),
    door_rear=3.42,
    headlamp=(
        (0.39, 0.660), (0.41, 0.585), (0.62, 0.558), (0.85, 0.605), (1.06, 0.740), (0.72, 0.725),
    ),
    taillamp=(
        (0.36, 0.965), (0.37, 0.87), (0.62, 0.80), (0.86, 0.80), (1.08, 0.93), (0.90, 0.965),
        (0.62, 0.975),
    ),
    grille=((-0.5, 0.645), (0.40, 0.645), (0.44, 0.60), (0.30, 0.425), (-0.5, 0.415)),
    intake=((-0.5, 0.335), (0.50, 0.335), (0.60, 0.30), (0.56, 0.235), (-0.5, 0.225)),
    vent=((0.54, 0.385), (0.52, 0.29), (0.66, 0.27), (0.71, 0.33), (0.70, 0.42)),
    lid=(0.60, 0.72, 4.12),
    plate_rear_z=0.80,
)

SUV = Shape(
    name="suv",
    length=4.50,
    half_width=0.925,
    axles=(0.88, 3.56),
    wheel_radius=0.362,
    arch_radius=0.405,
    clearance=0.235,
    deck=(
        (0.0, 0.90), (0.2, 0.955), (0.6, 1.015), (1.1, 1.065), (1.5, 1.095), (2.3, 1.11),
        (3.2, 1.14),
        (3.9, 1.16), (4.5, 1.17),
    ),
    drop=((0.0, 0.08), (0.6, 0.08), (1.4, 0.05), (2.4, 0.045), (4.5, 0.05)),
    plan=((0.0, 0.96), (0.88, 0.99), (2.2, 1.0), (3.56, 0.995), (4.5, 0.945)),
    crease=((0.3, 0.88), (1.5, 0.925), (3.0, 0.965), (4.3, 1.01)),
    nose=(
        (0.2, 0.15), (0.28, 0.07), (0.4, 0.02), (0.55, 0.0), (0.72, 0.005), (0.86, 0.045),
        (0.98, 0.12),
    ),
    tail=(
        (0.22, 0.16), (0.32, 0.08), (0.46, 0.015), (0.6, 0.0), (0.74, 0.02), (0.9, 0.075),
        (1.08, 0.10),
        (1.2, 0.12),
    ),
    roof=((1.5, 1.50), (1.9, 1.60), (2.4, 1.655), (3.0, 1.665), (3.7, 1.635), (4.3, 1.575)),
    cowl=(1.22, 1.075),
    windscreen=1.35,
    hatch=(4.40, 1.13),
    backlight=0.62,
    house_half_width=0.83,
    tumblehome=0.30,
    taper=((1.1, 0.95), (2.2, 1.0), (3.2, 0.985), (4.4, 0.90)),
    belt=((1.2, 1.065), (2.4, 1.085), (3.4, 1.125), (4.2, 1.17)),
    blend=(0.025, 0.09),
    pillar_b=2.42,
    glass_end=(4.13, 0.55),
    door_rear=3.30,
    headlamp=(
        (0.37, 0.865), (0.39, 0.780), (0.62, 0.745), (0.85, 0.780), (1.04, 0.905), (0.72, 0.905),
    ),
    taillamp=(
        (0.44, 1.06), (0.46, 0.95), (0.70, 0.90), (0.90, 0.91), (1.02, 1.05), (0.86, 1.09),
        (0.66, 1.09),
    ),
    grille=((-0.5, 0.845), (0.38, 0.845), (0.43, 0.80), (0.33, 0.59), (-0.5, 0.58)),
    intake=((-0.5, 0.46), (0.46, 0.46), (0.55, 0.42), (0.50, 0.335), (-0.5, 0.325)),
    vent=((0.52, 0.56), (0.50, 0.46), (0.64, 0.43), (0.70, 0.50), (0.68, 0.60)),
    lid=(0.66, 0.66, 4.0),
    plate_rear_z=0.83,
    cladding=0.40,
    rails=True,
)

# fmt: on
SHAPES = {shape.name: shape for shape in (SEDAN, SUV)}
