"""How good the masks are that were timed: speed never stands alone."""

import numpy as np

from carseg.data.samples import samples
from carseg.imaging import codec
from carseg.imaging.masks import read_mask
from carseg.inference.predictor import Predictor
from carseg.measures.overlap import counts


def sample_dice(predictor: Predictor, model: str) -> tuple[float, int]:
    """The mean Dice on the sample pictures, which are rendered, and how many they are."""
    found = []
    for sample in samples().values():
        if sample.mask is not None:
            true = read_mask(sample.mask)
            mask = predictor.predict(codec.decode(sample.path), model).mask()
            found.append(counts(mask, true.car, true.void).dice)
    return float(np.mean(found)) if found else float("nan"), len(found)
