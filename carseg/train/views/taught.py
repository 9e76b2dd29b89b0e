"""Views that a teacher has answered: made once, kept, and seen again with small changes."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset
from tqdm import tqdm

from carseg.data.decoded import CAR, ESTIMATED, Cached, Writer, kept
from carseg.imaging.grid import Size
from carseg.train.views.augment import AUGMENTATIONS, Sources, view
from carseg.train.views.stream import Views, view_seed

Teach = Callable[[np.ndarray], np.ndarray]
"""uint8 pictures (N, H, W, 3) to the teacher's probabilities of car (N, H, W)."""
CHUNK = 512
"""Views in a cache of their own: a stopped run keeps those that are made."""
AGAIN = "again"
"""The augmentation of a kept view."""


def answered(truth: np.ndarray, taught: np.ndarray, share: float) -> np.ndarray:
    """The truth that a student learns: of it and the teacher's answer, which has this share.

    Where the truth is estimated, the teacher's answer stands alone, so every pixel counts.

    Args:
        truth: uint8 shares (..., 2), planes as in ``carseg.data.decoded``.
        taught: probabilities (...).
    """
    own = truth.astype(np.float32) / 255
    weight = share + (1 - share) * own[..., ESTIMATED]
    mixed = (1 - weight) * own[..., CAR] + weight * taught
    found = np.zeros_like(truth)
    found[..., CAR] = np.round(255 * mixed)
    return found


def taught_views(
    views: Views, teach: Teach, share: float, root: Path, facts: Sequence[str]
) -> Cached:
    """These views with the answers of a teacher; they are made if ``root`` does not have them.

    Args:
        facts: what the views and answers depend on, beside the positions of ``views``.
    """
    span = f"{views.positions.start}-{views.positions.stop}"
    digest = hashlib.sha256("\n".join([*facts, f"{share}", span]).encode()).hexdigest()[:16]
    return kept(root / f"taught-{digest}", lambda draft: _fill(views, teach, share, draft))


def _fill(views: Views, teach: Teach, share: float, draft: Path) -> None:
    starts = range(0, len(views), views.batch)
    with Writer(draft) as writer:
        for start in tqdm(starts, f"teach {views.positions.start}", leave=False):
            items = range(start, min(start + views.batch, len(views)))
            many = [views[item] for item in items]
            pictures, truths = (
                np.ascontiguousarray(torch.stack(x).permute(0, 2, 3, 1).numpy())
                for x in zip(*many, strict=True)
            )
            targets = answered(truths, teach(pictures), share)
            for item, rgb, target in zip(items, pictures, targets, strict=True):
                writer.add(f"view {views.positions[item]}", rgb, target)


class Again(Dataset[tuple[Tensor, Tensor]]):
    """``positions`` of an endless stream of kept views; each pass shuffles them anew.

    Each one is changed a little, another way in each pass. Batches of ``batch`` have one size:
    ``size``, or for upright views its sides exchanged. Items are as those of ``Views``.
    """

    def __init__(
        self, chunks: Sequence[Cached], size: Size, batch: int, positions: range, *, seed: int
    ) -> None:
        self.chunks, self.positions, self.seed = chunks, positions, seed
        index = [(c, item) for c, chunk in enumerate(chunks) for item in range(len(chunk))]
        upright = [bool(np.greater(*self.chunks[c].sizes[item])) for c, item in index]
        self.kinds = [
            [place for place, tall in zip(index, upright, strict=True) if tall == wanted]
            for wanted in (False, True)
        ]
        self.batch = batch
        self.length = sum(len(kind) // batch * batch for kind in self.kinds)
        if not self.length:
            raise ValueError(f"A batch needs {batch} views that lie or stand alike.")
        self.transforms = [
            AUGMENTATIONS[AGAIN].make(s, Sources(chunks[0])) for s in (size, size[::-1])
        ]
        passes = range(positions.start // self.length, -(-positions.stop // self.length))
        self.orders = {epoch: self._order(epoch) for epoch in passes}

    def _order(self, epoch: int) -> list[tuple[bool, tuple[int, int]]]:
        """Views of one kind are cut into batches, then all batches are shuffled."""
        generator = torch.Generator().manual_seed(view_seed(self.seed, epoch, "again"))
        batches = []
        for upright, kind in enumerate(self.kinds):
            drawn = torch.randperm(len(kind), generator=generator).tolist()
            whole = len(kind) // self.batch * self.batch
            for start in range(0, whole, self.batch):
                some = drawn[start : start + self.batch]
                batches.append([(bool(upright), kind[number]) for number in some])
        shuffled = torch.randperm(len(batches), generator=generator).tolist()
        return [place for number in shuffled for place in batches[number]]

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, item: int) -> tuple[Tensor, Tensor]:
        epoch, place = divmod(self.positions[item], self.length)
        upright, (chunk, chosen) = self.orders[epoch][place]
        data = self.chunks[chunk]
        seed = view_seed(self.seed, epoch, f"{data.ids[chosen]} again")
        return view(*data[chosen], self.transforms[upright], seed)
