"""A network's answer at the picture's own size: alpha, views and the car's share."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from carseg.compositing import edges
from carseg.compositing.views import Look, paint
from carseg.inference.prediction import Prediction
from carseg.objects.cars import Cars, single_cars


@dataclass(frozen=True)
class Rendered:
    """A prediction of a picture, with a look. Outlines follow the photo.

    Attributes:
        rgb: uint8 (H, W, 3), the picture that was predicted.
    """

    rgb: np.ndarray
    prediction: Prediction
    look: Look

    @cached_property
    def probability(self) -> np.ndarray:
        """Of car, float32 (H, W) in 0..1."""
        return self.prediction.at()

    @cached_property
    def alpha(self) -> np.ndarray:
        """How much of each pixel is car: float32 (H, W) in 0..1."""
        said = self.prediction
        return edges.alpha(self.probability, self.rgb, self.look.edges, said.threshold, said.cell())

    @cached_property
    def cars(self) -> Cars:
        """The single cars, the largest first."""
        return single_cars(self.prediction, self.look.edges.threshold)

    @property
    def each_car(self) -> list[dict[str, Any]]:
        """The single cars as data: share of the picture, score, and box in pixels."""
        height, width = self.prediction.size
        return [
            {
                "share": round(car.area, 6),
                "score": round(car.score, 4),
                "box": [
                    round(car.box.top * height),
                    round(car.box.left * width),
                    round(car.box.bottom * height),
                    round(car.box.right * width),
                ],
            }
            for car in self.cars.found
        ]

    @property
    def mask(self) -> np.ndarray:
        """Bool (H, W)."""
        return self.alpha >= 0.5

    @property
    def share(self) -> float:
        """The car's share of the picture, 0..1."""
        return float(self.mask.mean())

    def view(self, name: str, own: np.ndarray | None = None) -> np.ndarray:
        """One of ``carseg.compositing.views.VIEWS``, as ``paint`` makes it.

        Args:
            own: uint8 (H, W, 3), the picture behind the car.
        """
        return paint(name, self.look, self.rgb, self.probability, self.alpha, own=own)
