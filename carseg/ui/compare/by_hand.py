"""What a hand has changed on single results: the cars that are kept, and strokes of the brush."""

from collections.abc import Mapping
from dataclasses import replace

from carseg.compositing.views import Look
from carseg.service.workshop import Photo
from carseg.ui.shared.tray import tray


def by_hand(photo: Photo, looks: Mapping[str, Look]) -> dict[str, Look]:
    """The looks with what was chosen and painted on this photo, by model."""
    cars, strokes = tray().cars.get(photo.id, {}), tray().retouches.get(photo.id, {})
    return {
        name: replace(
            look,
            edges=replace(
                look.edges,
                cars=cars.get(name, look.edges.cars),
                strokes=strokes[name].strokes if name in strokes else look.edges.strokes,
            ),
        )
        for name, look in looks.items()
    }
