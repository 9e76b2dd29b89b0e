"""The picture of a training step is a pure function of seed and position.

So an interrupted run continues exactly where it was.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.utils.data import Dataset

from carseg.data.decoded import Cached
from carseg.imaging.grid import Size
from carseg.train.views.augment import AUGMENTATIONS, Sources, view


def view_seed(seed: int, epoch: int, picture_id: str) -> int:
    """The augmentation's seed of one picture in one pass, 63 bits."""
    digest = hashlib.sha256(f"{seed} {epoch} {picture_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


@dataclass(frozen=True)
class Part:
    """A data set in a stream: each of its pictures occurs ``repeat`` times in a pass."""

    data: Cached
    augmentation: str = "none"
    repeat: int = 1


class Views(Dataset[tuple[Tensor, Tensor]]):
    """``positions`` of an endless stream; each pass shuffles the sets anew.

    Item i: uint8 picture (3, H, W) and uint8 shares (2, H, W). Batches of ``batch`` have one size:
    ``size``, or for a share of them its sides exchanged.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        size: Size,
        batch: int,
        positions: range,
        *,
        seed: int,
        backgrounds: Cached | None = None,
    ) -> None:
        self.parts, self.batch, self.positions, self.seed = parts, batch, positions, seed
        self.index = [
            (part, item, turn)
            for part in range(len(parts))
            for item in range(len(parts[part].data))
            for turn in range(parts[part].repeat)
        ]
        self.portrait = max(AUGMENTATIONS[part.augmentation].portrait for part in parts)
        self.transforms = [
            [
                AUGMENTATIONS[part.augmentation].make(s, Sources(part.data, backgrounds))
                for s in (size, size[::-1])
            ]
            for part in parts
        ]
        passes = range(positions.start // len(self.index), -(-positions.stop // len(self.index)))
        self.orders = {epoch: self._order(epoch) for epoch in passes}

    def _order(self, epoch: int) -> Tensor:
        generator = torch.Generator().manual_seed(view_seed(self.seed, epoch, "order"))
        return torch.randperm(len(self.index), generator=generator)

    def _is_portrait(self, position: int) -> bool:
        seed = view_seed(self.seed, position // self.batch, "portrait")
        return seed % 1000 < 1000 * self.portrait

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, item: int) -> tuple[Tensor, Tensor]:
        position = self.positions[item]
        epoch, place = divmod(position, len(self.index))
        part, chosen, turn = self.index[int(self.orders[epoch][place])]
        data = self.parts[part].data
        seed = view_seed(self.seed, epoch, f"{data.ids[chosen]} {turn}")
        transform = self.transforms[part][self._is_portrait(position)]
        return view(*data[chosen], transform, seed)


class Whole(Dataset[tuple[Tensor, Tensor]]):
    """An unchanged data set in the form of the views; each item has its own size."""

    def __init__(self, data: Cached, every: int = 1) -> None:
        self.data, self.items = data, range(0, len(data), every)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, item: int) -> tuple[Tensor, Tensor]:
        rgb, truth = (
            torch.tensor(x).permute(2, 0, 1).contiguous() for x in self.data[self.items[item]]
        )
        return rgb, truth
