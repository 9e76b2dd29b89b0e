"""Shows that weights make a network that answers, before anybody looks at its masks."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from carseg.core.errors import CarsegError
from carseg.models.padding import padded_logits

SIDE = 32
"""Of the made picture: the least that every architecture takes."""


class ProofError(CarsegError):
    """Weights that make no masks; the text ends a sentence that names the checkpoint."""


def check_finite(state: Mapping[str, Tensor]) -> None:
    """Raise ProofError if a weight is no number: its network finds no car anywhere."""
    for name, tensor in state.items():
        if not (tensor.is_floating_point() or tensor.is_complex()):
            continue
        # The sum tells nearly all at a tenth of the time; it may overflow where no weight does.
        if not torch.isfinite(tensor.float().sum()) and not torch.isfinite(tensor).all():
            raise ProofError(
                f"hold numbers that are not finite (NaN or infinite, in '{name}'): the training "
                "diverged or the file is damaged, take an earlier checkpoint"
            )


@torch.inference_mode()
def check_answers(network: nn.Module, classes: int, multiple: int) -> None:
    """Raise ProofError if a network does not answer to a made picture with finite logits.

    Args:
        network: in eval mode, on the CPU.
        classes: the channels that it must make.
        multiple: both sides of its input must be divisible by this.
    """
    across = torch.linspace(-2, 2, SIDE).expand(SIDE, SIDE)
    picture = torch.stack((across, across.T, -across))
    logits = padded_logits(network, picture[None], multiple)
    if tuple(logits.shape) != (1, classes, SIDE, SIDE):
        raise ProofError(
            f"answer a picture of {SIDE} x {SIDE} pixels with a map of {tuple(logits.shape)}: "
            "take config.json and weights from the same place"
        )
    if not torch.isfinite(logits).all():
        raise ProofError(
            "answer a made picture with numbers that are not finite (NaN or infinite): the "
            "training diverged or the file is damaged, take an earlier checkpoint"
        )
