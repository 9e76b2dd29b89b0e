"""What a checkpoint's card says of the network itself."""

import torch

from carseg.models import ARCHITECTURES
from carseg.train.publish import multiply_adds


def test_multiply_adds_of_a_transformer_are_those_of_its_matrices():
    kind = ARCHITECTURES["transunet-dilated"]
    whole, without = (
        multiply_adds(kind.build(classes=1, layers=layers).eval(), kind.multiple)
        for layers in (6, 0)
    )
    tokens, width, hidden = (160 // 16) * (240 // 16), 512, 2048
    projections = 4 * width**2 + 2 * width * hidden
    assert whole - without == 6 * (tokens * projections + 2 * tokens**2 * width)
    assert torch.backends.mha.get_fastpath_enabled(), "left as it was"
