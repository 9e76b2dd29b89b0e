"""Legs: a run is a sequence of legs. It is saved after each leg and can be resumed there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import lightning as L
from torch import Tensor
from torch.utils.data import DataLoader

from carseg.data.decoded import Cached, cached
from carseg.data.pairs import DataError, Pair
from carseg.data.splits import select, split_hash
from carseg.imaging.grid import PUBLISHED_GRID, Size
from carseg.train.presets import Preset
from carseg.train.teacher import teacher_of
from carseg.train.views.augment import AUGMENTATIONS
from carseg.train.views.stream import Part, Views, Whole
from carseg.train.views.taught import CHUNK, Again, taught_views

LEG_PIXELS = 1024 * 160 * 240
"""Pixels in a leg: the largest network here takes eight minutes for one on two cores."""
VALIDATED = 48
"""About this many pictures of each validation set are scored after a leg, a tenth of its work.
After the last leg all of them are scored."""
TAUGHT_BATCH = 8
"""So many views at a time are answered by a teacher; they lie or stand alike."""

OPTIONS = {
    "carvana": "--data",
    "carparts": "--photos",
    "street": "--street",
    "traffic": "--traffic",
}
"""The data sets that are learned from, and how their folders are given."""
LEARNED_FROM = {
    "carvana": "studio pictures of Carvana (Kaggle)",
    "carparts": "street photographs",
    "street": "photographs of cars on lots and roads",
    "traffic": "street scenes from a driving car",
}
"""The data sets in words."""


@dataclass(frozen=True)
class Leg:
    """Pictures ``start`` to ``stop`` of the run, seen at ``size`` in batches of ``batch``."""

    start: int
    stop: int
    size: Size
    batch: int


def plan_legs(preset: Preset) -> list[Leg]:
    """The legs of a preset in order, of whole batches and about ``LEG_PIXELS``."""
    legs, start = [], 0
    for phase in preset.phases:
        end = start + phase.pictures
        batches = LEG_PIXELS // (phase.size[0] * phase.size[1] * phase.batch)
        length = max(1, batches) * phase.batch
        legs += [
            Leg(leg_start, min(leg_start + length, end), phase.size, phase.batch)
            for leg_start in range(start, end, length)
        ]
        start = end
    return legs


@dataclass(frozen=True)
class TrainingData:
    """The data for a training, all splits together.

    Attributes:
        carvana: studio pictures.  carparts: photographs.  backgrounds: pictures without a car.
        strict: a broken file is an error, not a warning.
        street: photographs of one car each, all to learn from.  traffic: street scenes.
    """

    carvana: list[Pair]
    carparts: list[Pair] | None = None
    backgrounds: list[Pair] | None = None
    strict: bool = False
    street: list[Pair] | None = None
    traffic: list[Pair] | None = None

    def split(self, dataset: str, split: str) -> list[Pair]:
        """The pairs of one published split.

        Raises:
            DataError: the data set was not given.
        """
        pairs = getattr(self, dataset)
        if pairs is None:
            option = OPTIONS[dataset]
            raise DataError(f"This preset trains on '{dataset}': give its folder with {option}.")
        return select(pairs, dataset, "all" if dataset == "street" else split)


class LegData(L.LightningDataModule):
    """Serves the training views of the current leg, and pictures to validate on at its grid."""

    trainer: L.Trainer  # set before data are asked for

    def __init__(self, preset: Preset, data: TrainingData, cache: Path, seed: int) -> None:
        super().__init__()
        self.preset, self.cache, self.seed, self.strict = preset, cache, seed, data.strict
        self.data = data
        self.legs = plan_legs(preset)
        self.streams = [(data.split(s.dataset, "train"), s) for s in preset.streams]
        self.train_pairs = [pair for pairs, _ in self.streams for pair in pairs]
        self.val_sets = [data.split("carvana", "val")]
        if data.carparts is not None:
            photos = data.split("carparts", "val")
            self.val_sets.append([p for p in photos if p.annotated is None] or photos)
        wanted = any(AUGMENTATIONS[s.augmentation].backgrounds for s in preset.streams)
        if wanted and data.backgrounds is None:
            raise DataError(
                "This preset puts cars on other backgrounds: give pictures without a car with "
                "--backgrounds."
            )
        self.backgrounds = data.backgrounds if wanted else None

    def describe(self) -> str:
        """The training data, in words."""
        parts = [
            f"{len(pairs):,} {LEARNED_FROM[s.dataset]}"
            + (f", {len({p.group for p in pairs})} cars" if s.dataset == "carvana" else "")
            for pairs, s in self.streams
        ]
        if self.backgrounds is not None:
            parts.append(f"{len(self.backgrounds)} backgrounds")
        return "; ".join(parts)

    @property
    def leg(self) -> Leg:
        """The current leg."""
        return self.legs[min(self.trainer.current_epoch, len(self.legs) - 1)]

    def prepare_data(self) -> None:
        """Fill the caches of the whole run, in one process."""
        for size in dict.fromkeys(leg.size for leg in self.legs):
            if self.preset.teaching is None:
                self._parts(size)
                self._backgrounds()
            list(self._validation(size))
        self._taught()

    def _cached(self, pairs: list[Pair], area: int) -> Cached:
        return cached(pairs, area, self.cache, strict=self.strict)

    def _parts(self, size: Size) -> list[Part]:
        return [
            Part(
                self._cached(pairs, max(size[0] * size[1], AUGMENTATIONS[s.augmentation].detail)),
                s.augmentation,
                s.repeat,
            )
            for pairs, s in self.streams
        ]

    def _backgrounds(self) -> Cached | None:
        if self.backgrounds is None:
            return None
        detail = max(AUGMENTATIONS[s.augmentation].detail for s in self.preset.streams)
        return self._cached(self.backgrounds, detail)

    def _validation(self, size: Size) -> Iterable[Cached]:
        return (self._cached(pairs, size[0] * size[1]) for pairs in self.val_sets)

    def one_view_per_car(self, size: Size = PUBLISHED_GRID) -> Iterator[Tensor]:
        """One picture of each train car of the studio, at changing angles: uint8 (N, 3, H, W)."""
        groups: dict[str, list[Pair]] = {}
        for pair in self.data.split("carvana", "train"):
            groups.setdefault(pair.group, []).append(pair)
        chosen = [pairs[i % len(pairs)] for i, (_, pairs) in enumerate(sorted(groups.items()))]
        data = self._cached(chosen, size[0] * size[1])
        yield from (pictures for pictures, _ in DataLoader(Whole(data), 8))

    def views(self, size: Size, batch: int, start: int, stop: int) -> Views | Again:
        """Positions ``start`` to ``stop`` of the preset's endless stream of training views."""
        if self.preset.teaching is not None:
            return Again(self._taught(), size, batch, range(start, stop), seed=self.seed)
        return self._made(size, batch, start, stop)

    def _taught(self) -> list[Cached]:
        """The views that the teacher has answered; missing ones are made."""
        teaching = self.preset.teaching
        if teaching is None:
            return []
        teach, facts = teacher_of(teaching.teacher)
        pairs = [*self.train_pairs, *(self.backgrounds or ())]
        facts = [*facts, split_hash(pairs), f"{self.preset.streams} {teaching.size} {self.seed}"]
        starts = range(0, teaching.views, CHUNK)
        ends = (min(start + CHUNK, teaching.views) for start in starts)
        return [
            taught_views(
                self._made(teaching.size, TAUGHT_BATCH, start, end),
                teach,
                teaching.share,
                self.cache,
                facts,
            )
            for start, end in zip(starts, ends, strict=True)
        ]

    def _made(self, size: Size, batch: int, start: int, stop: int) -> Views:
        parts, backgrounds = self._parts(size), self._backgrounds()
        return Views(
            parts, size, batch, range(start, stop), seed=self.seed, backgrounds=backgrounds
        )

    def train_dataloader(self) -> DataLoader:
        """The views of the current leg; each process takes its share of every batch.

        Raises:
            DataError: a batch cannot be shared out evenly.
        """
        leg, processes = self.leg, self.trainer.world_size
        if leg.batch % processes:
            raise DataError(f"A batch of {leg.batch} cannot be shared by {processes} processes.")
        views = self.views(leg.size, leg.batch, leg.start, leg.stop)
        return DataLoader(views, leg.batch // processes, num_workers=1, drop_last=True)

    def val_dataloader(self) -> list[DataLoader]:
        """Unchanged validation pictures, one by one, because their sizes differ.

        After the last leg all of them, else a part.
        """
        last = self.leg == self.legs[-1]
        # An odd stride covers all of Carvana's 16 angles.
        return [
            DataLoader(Whole(data, 1 if last else len(data) // VALIDATED | 1))
            for data in self._validation(self.leg.size)
        ]
