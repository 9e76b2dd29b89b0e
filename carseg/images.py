"""Temporary."""
import numpy as np
from PIL import Image


def decode(source):
    return np.asarray(Image.open(source).convert("RGB"))


def decode_mask(source):
    return np.asarray(Image.open(source).convert("L")) > 127
