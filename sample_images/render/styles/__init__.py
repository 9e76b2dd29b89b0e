"""The body styles by name; a new style is a new file with a new `Shape`."""

from shapes import Shape

from styles.hatchback import HATCHBACK
from styles.sedan import SEDAN
from styles.suv import SUV
from styles.van import VAN

SHAPES: dict[str, Shape] = {shape.name: shape for shape in (SEDAN, SUV, HATCHBACK, VAN)}
