"""Pictures on a cluster: jobs go to its workers, which write the files, and rows come back."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from carseg.compositing.alike import Seen
from carseg.core.cluster import Cluster
from carseg.core.provenance import Provenance
from carseg.inference.device import Device
from carseg.inference.predictor import Predictor, check_alike, provenance
from carseg.service.batch.picture import Settings, finish_picture, look_at
from carseg.service.batch.rows import Row
from carseg.service.outputs import Job


@dataclass(frozen=True)
class _Tools:
    """Makes what a worker does pictures with.

    Attributes:
        made: the networks of whoever started the work: a worker has the same.
        looks: only see where the cars are.
    """

    device: Device
    settings: Settings
    made: Mapping[str, Provenance]
    looks: bool

    def __call__(self) -> Callable[[Sequence[Job]], list[Any]]:
        predictor = Predictor(self.device, max_models=len(self.made))
        for name, here in self.made.items():
            engine, config = predictor.engine(name)
            check_alike(here, provenance(config, engine.way))
        return lambda jobs: self._answer(jobs, predictor)

    def _answer(self, jobs: Sequence[Job], predictor: Predictor) -> list[Any]:
        if self.looks:
            return [look and asdict(look) for look in look_at(jobs, predictor, self.settings)]
        return [row.kept() for row in finish_picture(jobs, predictor, self.settings)]


@dataclass(frozen=True)
class OnCluster:
    """What ``pipeline`` does, by the workers of a cluster; answers come as they are ready.

    All machines see the same folders: workers read the pictures and write the files themselves.
    """

    cluster: Cluster
    predictor: Predictor
    models: Sequence[str]
    settings: Settings

    def run(self, pictures: Sequence[Sequence[Job]]) -> Iterator[list[Row]]:
        """The rows of each picture. What a worker cannot do is a row with the reason."""
        for done in self.cluster.spread(pictures, self._tools(looks=False)):
            jobs = pictures[done.number]
            if done.error:
                yield [Row.failed(job, done.error) for job in jobs]
            else:
                yield [Row.parse(kept) for kept in done.result]

    def look(self, pictures: Sequence[Sequence[Job]]) -> list[list[Seen | None]]:
        """What ``look_at`` returns for each picture, in their order."""
        found: list[list[Seen | None]] = [[None for _ in jobs] for jobs in pictures]
        for done in self.cluster.spread(pictures, self._tools(looks=True)):
            if not done.error:
                found[done.number] = [_parsed(kept) for kept in done.result]
        return found

    def _tools(self, *, looks: bool) -> _Tools:
        made = {}
        for name in self.models:
            engine, config = self.predictor.engine(name)
            made[name] = provenance(config, engine.way)
        return _Tools(self.predictor.device, self.settings, made, looks)


def _parsed(kept: Mapping[str, Any] | None) -> Seen | None:
    if kept is None:
        return None
    height, width = kept["size"]
    return Seen((height, width), kept["box"] and tuple(kept["box"]))
