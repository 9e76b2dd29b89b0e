"""Times models, engines and sizes, beside the plain way and the machine's limit in the same run."""

import math
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch

from carseg.bench.speed.accuracy import sample_dice
from carseg.bench.speed.clock import Clock, Timing, peak_memory
from carseg.bench.speed.limit import limit, operations
from carseg.bench.speed.photo import photo
from carseg.bench.speed.plain import plain_input, plain_mask, plain_network
from carseg.bench.speed.stages import CUTOUT, MASK, OVERLAY, RESULTS, Job
from carseg.core.installed import versions
from carseg.imaging.codec import decode
from carseg.imaging.grid import Size
from carseg.inference.device import Device
from carseg.inference.predictor import Predictor
from carseg.models.padding import padded_logits


@dataclass(frozen=True)
class Machine:
    """Where it was measured."""

    device: str
    threads: int
    system: str
    clock: str
    versions: dict[str, str]


@dataclass(frozen=True)
class Plain:
    """The plain way: its network alone, and from the file to the mask's file."""

    network: Timing
    whole: Timing


@dataclass(frozen=True)
class Case:
    """One model by one engine on a photo of one size.

    Attributes:
        size, grid: (height, width) of the photo, and of what the network sees.
        stages: by result, then by stage.  whole: by result, from its photo's file to its own.
        memory: MiB at the most.
        dice: mean Dice on ``pictures`` sample pictures.
        plain: the plain way on the CPU; None where it is not compared.
        share: of the machine's limit that the network reaches; NaN where it is not known.
    """

    model: str
    engine: str
    precision: str
    device: str
    size: Size
    grid: Size
    stages: dict[str, dict[str, Timing]]
    whole: dict[str, Timing]
    memory: float
    dice: float
    pictures: int
    plain: Plain | None
    limit: float
    share: float

    @property
    def network(self) -> float:
        """Seconds of the network alone, which every result times."""
        return min(stages["network"].least for stages in self.stages.values())

    @property
    def ratios(self) -> dict[str, float]:
        """What the targets are stated in.

        How many times as fast as the plain way the network is, and the whole way to a mask; how
        many times the network alone the overlay and the cut-out take.
        """
        found = {
            f"{result} / network": self.whole[result].least / self.network
            for result in (OVERLAY, CUTOUT)
        }
        if self.plain is None:
            return found
        plain = self.plain
        faster = {
            "plain network / network": plain.network.least / self.network,
            "plain mask / mask": plain.whole.least / self.whole[MASK].least,
            "overlay / plain network": self.whole[OVERLAY].least / plain.network.least,
            "cutout / plain network": self.whole[CUTOUT].least / plain.network.least,
        }
        return faster | found

    @property
    def change(self) -> float:
        """Seconds until a changed control is seen in the overlay: no network runs again."""
        after = ("upsample", "edges", "render", "encode")
        return sum(self.stages[OVERLAY][name].median for name in after)

    @property
    def pictures_a_second(self) -> float:
        """Overlays of photos of this size."""
        return 1 / self.whole[OVERLAY].median

    @property
    def megapixels_a_second(self) -> float:
        """Of the photo, on the way to an overlay."""
        return math.prod(self.size) / 1e6 * self.pictures_a_second


def machine(device: Device, clock: Clock) -> Machine:
    """This one."""
    kind = "processor time" if clock.processor else "time on the wall"
    return Machine(device.name, torch.get_num_threads(), platform.platform(), kind, versions())


def cases(
    devices: Sequence[Device], models: Sequence[str], sizes: Sequence[Size], clock: Clock
) -> Iterator[Case]:
    """Each as soon as it is measured.

    Args:
        devices: an engine's way to run each.
        sizes: (height, width) of photos.

    Raises:
        CheckpointError: a model cannot be used.
    """
    for model in models:
        plains: dict[Size, Plain | None] = {}
        for device in devices:
            predictor = Predictor(device)
            dice = sample_dice(predictor, model)
            for size in sizes:
                if size not in plains:
                    plains[size] = _plain(predictor, model, size, clock)
                yield _case(predictor, model, size, clock, dice=dice, plain=plains[size])


def _case(
    predictor: Predictor,
    model: str,
    size: Size,
    clock: Clock,
    *,
    dice: tuple[float, int],
    plain: Plain | None,
) -> Case:
    engine, config = predictor.engine(model)
    stages: dict[str, dict[str, Timing]] = {}
    whole = {}
    jobs = {result: Job(predictor, model, photo(size), result) for result in RESULTS}
    with peak_memory(engine.way.device) as peak:
        for job in jobs.values():
            job.run()
    for result, job in jobs.items():
        whole[result] = clock.timed(job.run)
        stages[result] = {
            # All ratios stand on the network, so it is timed longer.
            name: clock.timed(stage, 1.0 if name == "network" else 0.5)
            for name, stage in job.stages.items()
        }
    way = engine.way
    most = limit(way.precision, way.device, torch.get_num_threads(), clock)
    case = Case(
        model, way.engine, way.precision, way.device, size, config.grid(size),
        stages, whole, peak.mb, *dice, plain, most, math.nan,
    )  # fmt: skip
    return replace(case, share=operations(config, size) / case.network / most)


def _plain(predictor: Predictor, model: str, size: Size, clock: Clock) -> Plain | None:
    """On the CPU, for networks of one class that PyTorch can run."""
    _, config = predictor.engine(model)
    if config.classes != 1 or config.kind == "brought":
        return None
    data = photo(size)
    network, x = plain_network(config), plain_input(decode(data), config)
    with torch.no_grad():
        alone = clock.timed(partial(padded_logits, network, x, config.multiple))
    return Plain(alone, clock.timed(partial(plain_mask, data, config)))
