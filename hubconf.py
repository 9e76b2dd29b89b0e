"""What ``torch.hub.load`` offers of this repository.

The networks take normalised pictures; ``predictor`` takes any picture and does the rest::

    torch.hub.load(REPOSITORY, "predictor").predict("photo.jpg", "street-best").mask()
"""

from typing import Any

from torch import nn

from carseg.inference.predictor import Predictor

dependencies = [
    *("torch", "segmentation_models_pytorch", "safetensors", "huggingface_hub"),
    *("pydantic", "numpy", "cv2", "PIL"),
]


def checkpoint(name: str = "street-best") -> nn.Module:
    """A trained network in eval mode: (N, 3, H, W) floats to logits (N, classes, H, W).

    Pictures are RGB in 0..1, normalised with the ``mean`` and ``std`` of the checkpoint's
    config.json; sides are divisible by 32 where the encoder is one of smp's.

    Args:
        name: of a folder in ``weights``.
    """
    from carseg.models.weights import load

    return load(name)[0]


def network(architecture: str, classes: int = 1, **arguments: Any) -> nn.Module:
    """An untrained network, such as ``unet`` or ``transunet-dilated``.

    Args:
        architecture: a name in ``carseg.models.ARCHITECTURES``.
        arguments: of the network's class.
    """
    from carseg.models import build

    return build(architecture, classes, **arguments)


def predictor(device: str = "auto") -> Predictor:
    """What takes a picture and a checkpoint's name, and gives a Prediction."""
    return Predictor(device)
