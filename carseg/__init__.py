"""carseg: how well does a car segmenter that learned in a photo studio survive the street?"""

__version__ = "0.1.0"
