"""Which picture a training step sees: a pure function of seed and position.

That is why an interrupted run can go on exactly where it was.
"""

import hashlib

import torch
from torch import Tensor
from torch.utils.data import Dataset

from carseg.data.augment import AUGMENTATIONS, view
from carseg.data.cache import Cached


def view_seed(seed: int, epoch: int, picture_id: str) -> int:
    """The augmentation's seed of one picture in one pass, 63 bits."""
    digest = hashlib.sha256(f"{seed} {epoch} {picture_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


class Views(Dataset[tuple[Tensor, Tensor]]):
    """Positions ``start`` to ``stop`` of an endless stream that shuffles the set anew at each pass.

    Item i: uint8 picture (3, H, W) and bool mask (1, H, W).
    """

    def __init__(self, data: Cached, augmentation: str, seed: int, start: int, stop: int) -> None:
        self.data, self.seed, self.start, self.stop = data, seed, start, stop
        self.transform = AUGMENTATIONS[augmentation]()
        passes = range(start // len(data), -(-stop // len(data)))
        self.orders = {epoch: self._order(epoch) for epoch in passes}

    def _order(self, epoch: int) -> Tensor:
        generator = torch.Generator().manual_seed(view_seed(self.seed, epoch, "order"))
        return torch.randperm(len(self.data), generator=generator)

    def __len__(self) -> int:
        return self.stop - self.start

    def __getitem__(self, item: int) -> tuple[Tensor, Tensor]:
        epoch, place = divmod(self.start + item, len(self.data))
        index = int(self.orders[epoch][place])
        seed = view_seed(self.seed, epoch, self.data.ids[index])
        return view(self.data.pictures[index], self.data.masks[index], self.transform, seed)
