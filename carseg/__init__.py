"""carseg: how well does a car segmenter that learned in a photo studio survive the street?

A photo in, a cut-out out::

    import carseg

    carseg.remove_background("photo.jpg").save("car.png")

Names are imported when they are first used: ``import carseg`` itself takes no time.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from carseg.core.version import __version__

if TYPE_CHECKING:
    from carseg.inference.prediction import Prediction
    from carseg.inference.predictor import Predictor
    from carseg.service.cutout import list_models, remove_background

__all__ = ["Prediction", "Predictor", "__version__", "list_models", "remove_background"]

_HOMES = {
    "Prediction": "carseg.inference.prediction",
    "Predictor": "carseg.inference.predictor",
    "list_models": "carseg.service.cutout",
    "remove_background": "carseg.service.cutout",
}


def __getattr__(name: str) -> Any:
    """A public name, imported where it lives (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
