"""One photo with its results, which all parts of Compare show."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from carseg.compositing.views import Look
from carseg.models.checkpoint import Config
from carseg.service.truth import Truth
from carseg.service.workshop import Ask, Photo, Workshop


@dataclass(frozen=True)
class PhotoResults:
    """One photo and its results.

    Attributes:
        configs, looks: of all chosen models, by name.
        asks: the predictions that are there, by model name; no use of them runs a network.
        pending: those that are still being made.
        own: the picture behind the car, or None.
        truth: the true mask, or None.
    """

    shop: Workshop
    photo: Photo
    configs: Mapping[str, Config]
    asks: Mapping[str, Ask]
    looks: Mapping[str, Look]
    own: Photo | None = None
    truth: Truth | None = None
    pending: Mapping[str, Ask] = field(default_factory=dict)

    def mask(self, model: str) -> np.ndarray:
        """Bool (H, W) on display pixels."""
        return self.shop.matted(self.asks[model], self.looks[model]).alpha >= 0.5

    def share(self, model: str) -> float:
        """The car's share of the picture."""
        return self.shop.outline(self.asks[model], self.looks[model]).share

    def edited(self, model: str) -> bool:
        """Whether a hand has changed the model's result."""
        return bool(self.looks[model].edges.strokes)

    def title(self, model: str) -> str:
        """The model's title; an edited result says so."""
        return self.configs[model].title + (" (edited)" if self.edited(model) else "")
