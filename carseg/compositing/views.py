"""Paints results: the views and their settings. Pure functions on probabilities, at any size."""

from dataclasses import dataclass, field, replace

import numpy as np

from carseg.compositing import (
    backgrounds,
    overlays,
    placement,
    shadow,
)
from carseg.compositing.alike import Alike, Place, Seen, placed_alike
from carseg.compositing.backgrounds import Colour
from carseg.compositing.edges import Edges
from carseg.compositing.foreground import foreground_colours
from carseg.compositing.framing import Frame, Window, car_window, cropped, sized
from carseg.compositing.placement import GroundAndLight
from carseg.imaging.grid import Size
from carseg.objects.cars import cars_in

VIEWS: dict[str, str] = {
    "overlay": "Overlay",
    "cutout": "Cut-out",
    "background": "New background",
    "outline": "Outline",
    "mask": "Mask",
    "probability": "Probability",
}
BACKGROUNDS: dict[str, str] = {
    "colour": "One colour",
    "gradient": "Gradient",
    "blur": "Blurred original",
    "picture": "Own picture",
    "scene": "Scene",
    "checker": "Checkerboard",
}
CLEAR = frozenset({"cutout"})
"""Views with an alpha channel."""
NEED_COLOURS = frozenset({"cutout", "background"})
"""Views that show the car without its old surroundings."""


@dataclass(frozen=True)
class Background:
    """The background behind the car.

    Attributes:
        kind: a key of ``BACKGROUNDS``.
        colour, second: the colour, and with a gradient the colours at top and bottom.
        blur: radius in thousandths of the longer side.
        picture: id of the user's own picture or of the scene's; empty for none.
        scene: the scene's name.  ground: its ground and light; None if they are unknown.
        standing: the car gets a shadow, and the light of the background.
    """

    kind: str = "colour"
    colour: Colour = (240, 240, 236)
    second: Colour = (120, 140, 155)
    blur: int = 12
    picture: str = ""
    scene: str = ""
    ground: GroundAndLight | None = None
    standing: bool = False


@dataclass(frozen=True)
class Look:
    """All settings that apply after the network has run.

    Attributes:
        edges: threshold and edge work, for one model.  feather is in pixels of the full photo.
        colour, opacity: of the overlay (and of the outline).
        line: width of the outline in thousandths of the longer side.
        frame: the crop of a cut-out and of a new background: ``Frame`` stays in the picture as far
            as it can, ``Alike`` frames the picture by itself, ``Place`` is where it was framed with
            others. None shows the whole picture.
    """

    edges: Edges = field(default_factory=Edges)
    colour: Colour = (230, 159, 0)
    opacity: float = 0.5
    line: int = 3
    background: Background = field(default_factory=Background)
    frame: Frame | Alike | Place | None = None

    def matters_for(self, view: str) -> tuple:
        """The settings that this view depends on, as a key."""
        rest = {
            "probability": (),
            "overlay": (self.edges, self.colour, self.opacity),
            "outline": (self.edges, self.colour, self.line),
            "cutout": (self.edges, self.frame),
            "background": (self.edges, self.background, self.frame),
        }
        return rest.get(view, (self.edges,))


def edges_at(edges: Edges, scale: float) -> Edges:
    """Edge settings for a picture shrunk by ``scale``: lengths in pixels shrink with it."""
    return replace(edges, feather=edges.feather * scale)


def hex_colour(text: str) -> Colour:
    """``#rrggbb`` to (r, g, b), each 0..255."""
    red, green, blue = bytes.fromhex(text.lstrip("#"))
    return red, green, blue


def text_of(colour: Colour) -> str:
    """(r, g, b) to ``#rrggbb``."""
    return f"#{bytes(colour).hex()}"


def background_picture(
    background: Background, rgb: np.ndarray, alpha: np.ndarray, own: np.ndarray | None
) -> np.ndarray:
    """The picture behind the car, uint8 (H, W, 3) of ``rgb``'s size; without ``own`` one colour.

    Args:
        own: the user's own picture or the scene's. A scene is placed so that the car stands on its
            ground; any other picture is cropped around its centre.
    """
    size: Size = rgb.shape[:2]
    if background.kind == "gradient":
        return backgrounds.gradient(size, background.colour, background.second)
    if background.kind == "blur":
        return backgrounds.blurred(rgb, max(1.0, background.blur * max(size) / 1000), alpha)
    if background.kind in ("picture", "scene") and own is not None:
        if background.ground is None:
            return backgrounds.fitted(own, size)
        return placement.background_behind(own, background.ground, alpha)
    if background.kind == "checker":
        return backgrounds.checkerboard(size)
    return backgrounds.solid(size, background.colour)


def shown_alpha(view: str, look: Look, alpha: np.ndarray) -> np.ndarray:
    """The alpha of what a view shows: of the main car alone, if no cars were chosen for it.

    Where a hand painted, that stays, too.

    Args:
        alpha: float32 (H, W) in 0..1, of all cars.
    """
    if view not in NEED_COLOURS or look.edges.cars is not None:
        return alpha
    cars = cars_in(alpha)
    painted = [(y, x) for stroke in look.edges.strokes if stroke.keep for x, y in stroke.points]
    return cars.kept(alpha, {1, *cars.around(painted)}) if cars.found else alpha


def placed(frame: Frame | Alike | Place, alpha: np.ndarray) -> Place:
    """The part of a picture that is shown; the whole picture if there is no car.

    Args:
        alpha: of the car, float (H, W) in 0..1.
    """
    if isinstance(frame, Place):
        return frame
    if isinstance(frame, Frame):
        window = car_window(alpha, frame)
        return Place(window, window.size)
    (place,) = placed_alike([Seen.of(alpha)], frame)
    return place or Place(Window(0, 0, *alpha.shape), alpha.shape)


def paint(
    view: str,
    look: Look,
    rgb: np.ndarray,
    probability: np.ndarray,
    alpha: np.ndarray,
    *,
    foreground: np.ndarray | None = None,
    own: np.ndarray | None = None,
) -> np.ndarray:
    """One view of one result, uint8 (H, W), (H, W, 3) or, for a cut-out, (H, W, 4).

    With a frame, cut-out and new background are cropped first: the background fits the crop.

    Args:
        rgb: uint8 (H, W, 3).  probability: float32 (H, W).  alpha: float32 (H, W), 0..1.
        foreground: colours of the car without its old surroundings; made here if missing.
        own: the user's background picture, or the scene's.

    Raises:
        ValueError: an unknown view.
    """
    mask = alpha >= 0.5
    if view == "mask":
        return overlays.mask_picture(mask)
    if view == "probability":
        return overlays.probability_map(probability)
    if view == "overlay":
        return overlays.overlay(rgb, mask, look.colour, look.opacity)
    if view == "outline":
        width = max(1, round(look.line * max(rgb.shape[:2]) / 1000))
        return overlays.outline(rgb, mask, look.colour, width)
    if view not in NEED_COLOURS:
        raise ValueError(f"There is no view '{view}'. Known are: {', '.join(VIEWS)}.")
    if foreground is None:
        foreground = foreground_colours(rgb, alpha)
    alpha = shown_alpha(view, look, alpha)
    if look.frame:
        place = placed(look.frame, alpha)
        rgb, foreground = (sized(cropped(a, place.window), place.size) for a in (rgb, foreground))
        alpha = sized(cropped(alpha, place.window, replicate=False), place.size)
    if view == "cutout":
        return backgrounds.cutout(foreground, alpha)
    behind = background_picture(look.background, rgb, alpha, own)
    if look.background.standing:
        ground = look.background.ground
        light = ground.light if ground else None
        foreground, behind = shadow.stand(foreground, alpha, rgb, behind, light)
    return backgrounds.compose(foreground, alpha, behind)
