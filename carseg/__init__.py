"""carseg: how well does a car segmenter that learned in a photo studio survive the street?"""

from carseg.core.version import __version__

__all__ = ["__version__"]
