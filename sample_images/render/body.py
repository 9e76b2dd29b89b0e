"""The painted shell as one implicit surface, and the regions on it (glass, lamps, seams, plastic).

The lower body and the glasshouse are each a rounded intersection of a few curved surfaces; their
union has a fillet that widens at the C-pillar. Regions are signed distances (metres, negative
inside) stored at the vertices: the shader thresholds them, so their edges are smooth at any
resolution.
"""

from __future__ import annotations

import numpy as np
from shapes import Shape
from solid import Array, Field, polygon, rounded_box, smax, smin, smoothstep, spline

FAR = 1.0  # a distance that never counts as inside
# An opening is dark from its edge on and sinks this far (metres) inside of it: about a cell of the
# mesh, so that no painted facet bends into the hole and the edge stays the shader's smooth one.
RIM = 0.012


class Body:
    """Fields of one body style. All methods take points (N, 3) and return values (N,)."""

    def __init__(self, shape: Shape) -> None:
        """Prepare the curves of `shape`."""
        self.shape = shape
        names = ("deck", "drop", "plan", "crease", "nose", "tail", "roof", "taper", "belt")
        self.curve = {name: spline(getattr(shape, name)) for name in names}

    # --- surfaces -------------------------------------------------------------------------------
    def side(self, p: Array) -> Array:
        """The flank: barrel-shaped, a sharp character line, swollen around the wheels."""
        x, y, z = p[:, 0], np.abs(p[:, 1]), p[:, 2]
        s, crease = self.shape, self.curve["crease"](p[:, 0])
        middle = crease - 0.16
        out = np.where(z > middle, -0.35, -0.22) * (z - middle) ** 2
        above = np.sqrt((z - crease) ** 2 + 0.004**2)
        fade = smoothstep(0.55, 1.3, x) * (1.0 - 0.4 * smoothstep(3.8, 4.5, x))
        out += 0.030 * fade * np.exp(-above / 0.055)
        out -= 0.030 * smoothstep(crease, crease + 0.25, z)
        waist = (z - s.clearance - 0.22) / 0.09  # the pressed hollow above the sill
        out -= (
            0.030 * np.exp(-(waist**2)) * smoothstep(1.25, 1.75, x) * (1 - smoothstep(2.9, 3.4, x))
        )
        for axle in s.axles:
            r = np.hypot(x - axle, z - s.wheel_radius)
            out += 0.020 * np.exp(-(((r - s.arch_radius - 0.01) / 0.085) ** 2))
        return y - s.half_width * self.curve["plan"](x) - out

    def deck(self, p: Array) -> Array:
        """Hood, belt and boot from above, with two shallow creases along the hood."""
        x, y, z = p[:, 0], np.abs(p[:, 1]), p[:, 2]
        top = self.curve["deck"](x) - self.curve["drop"](x) * (y / 0.85) ** 2.4
        hood = 1.0 - smoothstep(1.3, 1.6, x)
        line = 0.50 + 0.07 * x  # half width of the raised middle of the hood
        top += 0.012 * hood * smoothstep(0.05, 0.4, x) * smoothstep(line + 0.035, line - 0.01, y)
        return z - top

    def front(self, p: Array) -> Array:
        """The nose, rounded in plan."""
        y = np.abs(p[:, 1]) / 0.9
        return (self.curve["nose"](p[:, 2]) + 0.07 * y**2 + 0.27 * y**4 - p[:, 0]) * 0.9

    def rear(self, p: Array) -> Array:
        """The tail, rounded in plan."""
        y = np.abs(p[:, 1]) / 0.9
        limit = self.shape.length - self.curve["tail"](p[:, 2]) - 0.05 * y**2 - 0.17 * y**4
        return (p[:, 0] - limit) * 0.95

    def lower(self, p: Array) -> Array:
        """Everything below the windows, arches not yet cut."""
        f = smax(self.side(p), self.deck(p), 0.10)
        f = smax(f, self.front(p), 0.13)
        f = smax(f, self.rear(p), 0.11)
        return smax(f, self.shape.clearance - p[:, 2], 0.03)

    def house_parts(self, p: Array) -> tuple[Array, Array, Array, Array]:
        """Windscreen, roof, rear window and side surfaces of the glasshouse."""
        x, y, z = p[:, 0], np.abs(p[:, 1]), p[:, 2]
        s = self.shape
        screen_x = (
            s.cowl[0] + (z - s.cowl[1]) * s.windscreen + 0.24 * y**2 + 0.10 * (z - s.cowl[1]) ** 2
        )
        screen = (screen_x - x) / np.hypot(1.0, s.windscreen)
        roof = z - self.curve["roof"](x) + 0.10 * y**2 + 0.12 * y**4
        hatch_x = s.hatch[0] - (z - s.hatch[1]) * s.backlight - 0.20 * y**2
        hatch = (x - hatch_x) / np.hypot(1.0, s.backlight)
        rise = z - s.cowl[1]
        width = s.house_half_width - s.tumblehome * rise - s.barrel * rise**2
        side = (y - width * self.curve["taper"](x)) / np.hypot(1.0, s.tumblehome)
        return screen, roof, hatch, side

    def house(self, p: Array) -> Array:
        """The glasshouse, rooted a little below the deck."""
        screen, roof, hatch, side = self.house_parts(p)
        f = smax(smax(screen, roof, 0.10), hatch, 0.07)
        sunk = np.maximum(-self.deck(p) - 0.16, np.maximum(self.rear(p), self.front(p)) + 0.02)
        return np.maximum(smax(f, side, 0.075), sunk)

    def uncut(self, p: Array) -> Array:
        """The closed shell before wheel arches and openings."""
        x = p[:, 0]
        near, far = self.shape.blend
        start = self.shape.pillar_b + 0.65
        radius = near + (far - near) * smoothstep(start, start + 0.7, x)
        return smin(self.lower(p), self.house(p), radius)

    def arches(self, p: Array) -> Array:
        """The wheel wells (negative inside a well)."""
        s = self.shape
        wells = [
            np.maximum(
                np.hypot(p[:, 0] - axle, p[:, 2] - s.wheel_radius) - s.arch_radius,
                0.55 - np.abs(p[:, 1]),
            )
            for axle in s.axles
        ]
        return np.minimum(*wells)

    def outer(self, p: Array) -> Array:
        """The shell as pressed: wells cut, grille and intake sunk in."""
        f = smax(self.uncut(p), -self.arches(p), 0.010)
        front = p[:, 0] < 0.45
        for outline, depth in ((self.shape.grille, 0.035), (self.shape.intake, 0.06)):
            hole = polygon(outline, np.abs(p[:, 1]), p[:, 2])
            f = np.where(front, f + depth * smoothstep(-RIM, -RIM - 0.03, hole), f)
        pocket = polygon(self.shape.vent, 0.7 * (p[:, 0] + np.abs(p[:, 1])), p[:, 2])
        return np.where(front, f + 0.03 * smoothstep(-2 * RIM, -2 * RIM - 0.02, pocket), f)

    def inner(self, p: Array) -> Array:
        """A dark shell under the skin: backs the lamps, lines the doors, leaves the cabin open."""
        s = self.shape
        f = smax(
            smax(self.lower(p) + 0.055, -self.arches(p) + 0.02, 0.02), self.deck(p) + 0.06, 0.02
        )
        middle = ((1.55 + 3.75) / 2 + s.cabin_shift, 0.0, s.clearance + 0.9)
        cabin = rounded_box(middle, (1.1, 0.73, 0.78), 0.06)
        return smax(f, -cabin(p), 0.02)

    # --- regions --------------------------------------------------------------------------------
    def regions(self, p: Array) -> dict[str, Array]:
        """Signed distances of what the shader tells apart on the shell."""
        screen, roof, hatch, side = self.house_parts(p)
        upper = self.lower(p) > 0.004  # beyond the lower body: on the glasshouse
        glass, frit, dlo = self._glass(p, upper, screen, roof, hatch, side)
        x, y, z = p[:, 0], np.abs(p[:, 1]), p[:, 2]
        s = self.shape
        u_front, u_rear = 0.7 * (y + x), 0.7 * (y + s.length - x)
        headlamp = np.where(x < 0.9, polygon(s.headlamp, u_front, z), FAR)
        taillamp = np.where(x > s.length - 0.9, polygon(s.taillamp, u_rear, z), FAR)
        openings = np.minimum(polygon(s.grille, y, z), polygon(s.intake, y, z))
        openings = np.minimum(openings, polygon(s.vent, u_front, z) + RIM)
        grille = np.where(x < 0.45, openings, FAR)
        return {
            "glass": glass,
            "frit": frit,
            "dlo": dlo,
            "headlamp": headlamp,
            "taillamp": taillamp,
            "grille": grille,
            "plastic": self._plastic(p),
            **dict(zip(("seam_a", "seam_b", "seam_c"), self._seams(p), strict=True)),
        }

    def _glass(
        self, p: Array, upper: Array, screen: Array, roof: Array, hatch: Array, side: Array
    ) -> tuple[Array, Array, Array]:
        """Window panes, panes with their black borders, and the outline of all side windows."""
        x, y, z = p[:, 0], np.abs(p[:, 1]), p[:, 2]
        s, belt = self.shape, self.curve["belt"](p[:, 0])
        rake = s.glass_end[0] - (z - belt) * s.glass_end[1] - x  # positive: ahead of the rear edge
        above = np.maximum(np.maximum(screen, roof), hatch)
        dlo = smax(smax(0.055 - (side - above), 0.012 - (z - belt), 0.02), -rake, 0.05)
        post = np.abs(x - s.pillar_b + 0.12 * (z - belt)) - 0.04
        quarter = np.abs(x - s.door_rear + 0.03 + 0.35 * (z - belt)) - 0.016
        pane = np.maximum(dlo, -np.minimum(post, quarter))
        border = 0.03
        wind = smax(0.05 - (screen - np.maximum(roof, side)), s.cowl[1] + 0.03 - z, 0.05)
        back_low = s.hatch[1] + 0.03 - z - 0.05 * y
        back = smax(0.055 - (hatch - np.maximum(roof, side)), back_low, 0.05)
        glass = np.minimum(pane, np.minimum(wind + border, back + border))
        black = np.minimum(dlo - 0.002, np.minimum(wind, back))
        return tuple(np.where(upper, f, FAR) for f in (glass, black, dlo))

    def _plastic(self, p: Array) -> Array:
        """Unpainted black parts: air dam, diffuser, and cladding on an SUV."""
        x, y, z = p[:, 0], np.abs(p[:, 1]), p[:, 2]
        s = self.shape
        low = z - s.clearance - 0.045
        diffuser = np.maximum(
            polygon(
                ((-1, 0), (0.72, 0), (0.64, s.clearance + 0.19), (-1, s.clearance + 0.19)), y, z
            ),
            s.length - 0.7 - x,
        )
        lowest = np.minimum(low, diffuser)
        if not s.cladding:
            return lowest
        ends = np.minimum(x, s.length - x)
        band = z - s.cladding + 0.10 * smoothstep(0.65, 0.2, ends)
        for axle in s.axles:
            r = np.hypot(x - axle, z - s.wheel_radius)
            band = smin(band, r - s.arch_radius - 0.06, 0.02)
        return np.minimum(lowest, band)

    def _seams(self, p: Array) -> tuple[Array, Array, Array]:
        """Three signed fields whose zero lines are the panel gaps, neighbours apart."""
        x, y, z = p[:, 0], np.abs(p[:, 1]), p[:, 2]
        s, belt = self.shape, self.curve["belt"](p[:, 0])
        screen, roof, hatch, side = self.house_parts(p)
        frame = 0.022 - (side - np.maximum(np.maximum(screen, roof), hatch))
        sill = np.maximum(s.clearance + 0.075 - z, np.maximum(frame, 0.45 - y))
        well = (s.arch_radius + 0.05) ** 2 - (z - s.wheel_radius) ** 2
        rear_edge = np.minimum(
            s.door_rear + 0.10 * (z - belt), s.axles[1] - np.sqrt(np.maximum(well, 0.0))
        )
        front_edge = s.axles[0] + s.arch_radius + 0.13 - 0.10 * np.sin((z - s.clearance) * 3.2)
        post = s.pillar_b - 0.02 - 0.12 * np.maximum(z - belt, 0.0)
        first = smax(smax(front_edge - x, x - post, 0.05), sill, 0.07)
        second = smax(smax(post - x, x - rear_edge, 0.05), sill, 0.07)
        hood = smax(
            smax(y - 0.60 - 0.10 * x, x - s.cowl[0] - 0.02 - 0.24 * y**2, 0.03), self._lip(p), 0.06
        )
        hood = np.maximum(hood, 0.3 - z)
        half, low, foremost = s.lid
        lid = smax(smax(y - half, low - z, 0.06), foremost - x, 0.03)
        if s.hatch[0] > s.lid[2] + 0.2:  # a hatch: its gap runs up along the rear window
            lid = smax(
                smax(low - z, y - half - 0.05, 0.06),
                0.02
                - (hatch - np.maximum(roof, side))
                - 9.0 * np.maximum(s.hatch[1] - 0.12 - z, 0.0),
                0.05,
            )
            lid = np.maximum(lid, foremost - x)
        flap = np.hypot(x - (s.axles[1] + 0.12), z - s.crease[-1][1] + 0.03) - 0.075
        flap = np.maximum(flap, p[:, 1] + 0.3)
        nose = z - s.headlamp[3][1] + 0.09 - 0.15 * x - smoothstep(0.62, 0.50, y)
        nose = np.where(x < s.axles[0], nose, FAR)
        dip = 0.25 * np.clip(s.axles[1] + 0.5 - x, 0.0, 0.5)
        tail = z - s.taillamp[2][1] + 0.06 + dip - smoothstep(half + 0.04, half - 0.05, y)
        tail = np.where(x > s.axles[1] + 0.2, tail, FAR)
        return (
            np.minimum(first, hood),
            np.minimum(second, np.minimum(lid, flap)),
            np.minimum(nose, tail),
        )

    def _lip(self, p: Array) -> Array:
        """How far a point lies ahead of the hood's leading edge."""
        y = np.abs(p[:, 1]) / 0.9
        return 0.13 + 0.07 * y**2 + 0.27 * y**4 - p[:, 0]

    def cast(
        self, origin: Array, direction: Array, reach: float = 1.0, field: Field | None = None
    ) -> Array:
        """March rays (N, 3) onto the shell; returns the points of first contact."""
        field = field or self.uncut
        origin = np.asarray(origin, dtype=np.float64)
        step = np.asarray(direction, dtype=np.float64) / np.linalg.norm(direction)
        travelled = np.zeros(len(origin))
        for _ in range(80):
            gap = field(origin + travelled[:, None] * step)
            travelled += np.clip(gap * 0.6, -0.02, 0.05)
        return origin + np.minimum(travelled, reach)[:, None] * step
