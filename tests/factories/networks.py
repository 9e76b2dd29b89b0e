"""Networks without memory."""

import torch
from torch import nn

from carseg.models import build


def on_meta(name: str, **arguments) -> nn.Module:
    with torch.device("meta"):
        return build(name, **arguments)
