"""How certain a score is: intervals and tests that respect which pictures belong together.

- ``bootstrap``: the interval that is used everywhere.
- ``paired``: compares two models on the same pictures.
- ``gap``: compares two sets of pictures.
- ``multiplicity``: corrects for many comparisons, and measures the spread over seeds.
- ``robustness``: what studio scores tell about street scores.
- ``ranks``: whether two scores agree on the order of models.
- ``bands``, ``juncture``: compare two models along a dial.

Every result is the same in any order of the pictures.
"""

from carseg.stats.bootstrap import FEWEST, Interval, ends, mean_interval
from carseg.stats.gap import Gap, Sample, mean_gap, terciles
from carseg.stats.multiplicity import (
    INTERACTION,
    SeedSpread,
    contrast,
    effect_exceeds,
    holm,
    seed_spread,
)
from carseg.stats.paired import TIE, Comparison, compare, sign_flip
from carseg.stats.ranks import RankAgreement, kendall
from carseg.stats.robustness import (
    BaselineLine,
    Robustness,
    effective_robustness,
    expit,
    fit_line,
    logit,
)

__all__ = [
    "FEWEST",
    "INTERACTION",
    "TIE",
    "BaselineLine",
    "Comparison",
    "Gap",
    "Interval",
    "RankAgreement",
    "Robustness",
    "Sample",
    "SeedSpread",
    "compare",
    "contrast",
    "effect_exceeds",
    "effective_robustness",
    "ends",
    "expit",
    "fit_line",
    "holm",
    "kendall",
    "logit",
    "mean_gap",
    "mean_interval",
    "seed_spread",
    "sign_flip",
    "terciles",
]
