"""The plain way, as most projects do it: what carseg's own way is compared with.

The weights are read from disk for every picture, float32 runs through contiguous tensors, and the
mask is written as a PNG of the photo's size at Pillow's usual settings.
"""

import io

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from carseg.imaging.grid import resize_picture
from carseg.models.checkpoint import WEIGHTS_FILE, Config, checkpoint_folder
from carseg.models.padding import padded_logits
from carseg.models.registry import build


def plain_network(config: Config) -> nn.Module:
    """The network as it was trained, its weights read from disk."""
    with torch.device("meta"):  # a random start would make the plain way slower than it need be
        network = build(config.architecture, config.classes, **config.arguments)
    state = load_file(checkpoint_folder(config.name) / WEIGHTS_FILE)
    network.load_state_dict(
        {k: v.float() if v.is_floating_point() else v for k, v in state.items()}, assign=True
    )
    return network.eval().requires_grad_(False)


def plain_input(rgb: np.ndarray, config: Config) -> Tensor:
    """uint8 (H, W, 3) to float32 (1, 3, h, w), normalised, contiguous."""
    small = resize_picture(rgb, config.grid(rgb.shape[:2]))
    x = torch.from_numpy(small.transpose(2, 0, 1).copy()).float() / 255
    mean, std = (torch.tensor(v)[:, None, None] for v in (config.mean, config.std))
    return ((x - mean) / std)[None]


def plain_mask(data: bytes, config: Config) -> bytes:
    """A photo's file to the PNG of its mask, by a network of one class."""
    network = plain_network(config)
    rgb = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    with torch.no_grad():
        logits = padded_logits(network, plain_input(rgb, config), config.multiple)
        car = F.interpolate(torch.sigmoid(logits), rgb.shape[:2], mode="bilinear")
    mask = car[0, 0].numpy() >= config.threshold
    file = io.BytesIO()
    Image.fromarray(mask.astype(np.uint8) * 255).save(file, "PNG")
    return file.getvalue()
