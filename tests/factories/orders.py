"""Photos of arrays, and what is to be made of them."""

import numpy as np

from carseg.compositing.views import Look
from carseg.imaging import codec
from carseg.models.checkpoint import shelf
from carseg.service.bundle import Order
from carseg.service.workshop import Ask, Photo


def photo_of(array: np.ndarray, name: str = "car.png") -> Photo:
    """An uploaded picture with these pixels."""
    data = codec.encode(array)
    return Photo(codec.digest(data), name, "upload", "", data)


def order_of(photo: Photo, **look) -> Order:
    """The results of every model on the shelf, all with the same look."""
    asks = tuple(Ask(photo, c.name, c.sha256) for c in shelf().configs.values())
    return Order(photo, asks, tuple(Look(**look) for _ in asks))
