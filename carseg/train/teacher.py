"""A checkpoint that answers training views for a smaller network."""

from functools import cache

import numpy as np

from carseg.inference.device import choose_device
from carseg.inference.engines.engine import Engine, probabilities
from carseg.inference.predictor import Predictor
from carseg.models.checkpoint import checkpoint_folder, read_config
from carseg.train.views.taught import Teach


def teacher_of(name: str) -> tuple[Teach, list[str]]:
    """What answers pictures as the checkpoint does, and the facts that its answers depend on.

    Its network is loaded with the first picture.

    Raises:
        CheckpointError: there is no such checkpoint.
    """
    config = read_config(checkpoint_folder(name))

    @cache
    def engine() -> Engine:
        return Predictor(choose_device()).engine(name)[0]

    def teach(pictures: np.ndarray) -> np.ndarray:
        return probabilities(engine().logits(pictures), config)

    return teach, [name, config.sha256]
