"""Stress dials: from the studio to the street, one step at a time, with the truth exact.

Each effect is a pure, seeded function of picture, truth and severity 0..5, in the manner of
ImageNet-C (Hendrycks and Dietterich 2019, arXiv 1903.12261), with strengths of its own: lengths are
relative to the picture, what chance draws is the same at every severity, and severity 0 is the
untouched picture.
"""

from carseg.dials.dial import DIALS, EFFECTS, Dial
from carseg.dials.effect import Effect, LabelledPicture, Materials
from carseg.dials.training_overlap import effects_seen

__all__ = ["DIALS", "EFFECTS", "Dial", "Effect", "LabelledPicture", "Materials", "effects_seen"]
