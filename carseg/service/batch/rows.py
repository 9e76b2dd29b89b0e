"""What is known of one picture and one model after the work: a row of a table, a line of JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from carseg.service.coco import Annotated
from carseg.service.outputs import Job


@dataclass(frozen=True)
class Row:
    """One picture by one model. It holds no pixels and can be pickled.

    Attributes:
        source, name: the picture as it is shown, and its name among all pictures.
        model: the checkpoint's name.
        error: why there is no result, one sentence; '' if there is one.
        note: what a person should know of the picture, or ''.
        facts: of the result, as ``carseg predict --json`` prints them.
        trust: how little the mask changes if the input does, 0..1; None if it was not asked for.
        thumbnail: a small JPEG as an address (``data:``); '' if it was not asked for.
        coco: the mask for a COCO file; None if it was not asked for.
    """

    source: str
    name: str
    model: str
    error: str = ""
    note: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    trust: float | None = None
    thumbnail: str = ""
    coco: Annotated | None = None

    @classmethod
    def failed(cls, job: Job, error: str) -> "Row":
        """A row that says why there is nothing."""
        return cls(job.item.source, job.item.file, job.model, error)

    @classmethod
    def parse(cls, kept: Mapping[str, Any]) -> "Row":
        """What ``kept`` of a row was."""
        return cls(**{**kept, "coco": kept["coco"] and Annotated(*kept["coco"])})

    def kept(self) -> dict[str, Any]:
        """The row as JSON data."""
        return asdict(self)

    def record(self) -> dict[str, Any]:
        """What a program reads: the facts, or the error."""
        first = {"input": self.source, "model": self.model}
        return first | ({"error": self.error} if self.error else dict(self.facts))

    @property
    def files(self) -> dict[str, str]:
        """The paths of its files, by kind."""
        return dict(self.facts.get("files", {}))
