"""Files of shipped results: a CSV of rows and a JSON of facts.

They are written completely or not at all. Reading a broken file gives one sentence on what is
wrong.
"""

import csv
import datetime
import hashlib
import io
import json
import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, ClassVar, Self, get_type_hints

from carseg.core import settings
from carseg.core.atomic import write_atomically
from carseg.data.set_names import is_plain
from carseg.inference.engines.engine import USUAL

_log = logging.getLogger(__name__)


class ShippedResult(ABC):
    """A result beside the weights: ``weights/<model>/<FOLDER>/<stem>.csv`` and ``.json``.

    A subclass is a frozen dataclass. One of its fields, ``ROWS``, holds the rows of the CSV; the
    others are the facts of the JSON. The JSON carries the hash of the rows, so a new CSV beside an
    old JSON (a process killed between the two) is noticed when reading. The same result always
    gives the same bytes.

    Attributes:
        FOLDER: its name in a checkpoint's folder.
        HEADER: the header of the CSV.
        ROWS: the name of the field that holds the rows.
        model: the checkpoint's name.
        fingerprint: of the checkpoint's weights and of how they were used.
        engine, dtype: the library that ran the network, and its precision.
    """

    FOLDER: ClassVar[str]
    HEADER: ClassVar[tuple[str, ...]]
    ROWS: ClassVar[str]
    model: str
    fingerprint: str
    engine: str
    dtype: str

    @property
    def way_suffix(self) -> str:
        """What follows in a file's name for another engine than the usual one."""
        return "" if self.engine == USUAL else f"-{self.engine}-{self.dtype}"

    @property
    @abstractmethod
    def stem(self) -> str:
        """File name without its ending."""

    @property
    def what(self) -> str:
        """What was measured, whichever way the network ran."""
        return self.stem.removesuffix(self.way_suffix) if self.way_suffix else self.stem

    @property
    @abstractmethod
    def picture_count(self) -> int:
        """How many pictures were measured."""

    @abstractmethod
    def cells(self) -> Iterator[tuple[Any, ...]]:
        """The cells of each line of the CSV, in the order of lines."""

    @staticmethod
    @abstractmethod
    def parse(cells: list[str]) -> Any:
        """A row from the cells of its line; ValueError if they are not a row."""

    @classmethod
    def facts(cls) -> dict[str, type]:
        """The names of the facts in the JSON file, and their types."""
        kinds = get_type_hints(cls)
        names = (field.name for field in fields(cls))  # type: ignore[arg-type] # a dataclass, see above
        return {name: kinds[name] for name in names if name != cls.ROWS}

    @classmethod
    def _later(cls) -> dict[str, Any]:
        """The facts that older files do not state, as they were then."""
        own = fields(cls)  # type: ignore[arg-type] # a dataclass, see above
        return {field.name: field.default for field in own if field.default is not MISSING}

    def write(self, checkpoint: Path) -> Path:
        """Write it into a checkpoint's folder; returns the CSV's path."""
        rows = self._lines()
        facts = {name: getattr(self, name) for name in self.facts()}
        facts |= {"n": self.picture_count, "rows_sha256": hashlib.sha256(rows).hexdigest()}
        path = Path(checkpoint) / self.FOLDER / f"{self.stem}.csv"
        write_atomically(path, rows)
        text = json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
        write_atomically(path.with_suffix(".json"), text)
        return path

    @classmethod
    def read(cls, checkpoint: Path, problems: list[str] | None = None) -> list[Self]:
        """All usable results of one checkpoint's folder, by file name; empty if there are none.

        A broken file does not affect the others: its sentence is appended to ``problems`` (or
        logged if no list is given). A result counts as broken if it was measured with other weights
        than ``config.json`` states, or with weights used in another way.
        """
        found = []
        for path in sorted((Path(checkpoint) / cls.FOLDER).glob("*.csv")):
            try:
                found.append(cls._read(path))
            except ValueError as problem:
                if problems is None:
                    _log.warning("%s", problem)
                else:
                    problems.append(str(problem))
        return found

    @classmethod
    def shipped(cls, root: Path | None = None, problems: list[str] | None = None) -> list[Self]:
        """``read`` of every folder in ``root`` (None: the shipped weights), by name."""
        root = Path(root or settings.weights_dir())
        folders = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
        return [result for folder in folders for result in cls.read(folder, problems)]

    def _lines(self) -> bytes:
        """The CSV's bytes: UTF-8, line feeds."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.HEADER)
        writer.writerows(self.cells())
        return text.getvalue().encode()

    @classmethod
    def _read(cls, path: Path) -> Self:
        """A CSV with its JSON, checked. Any error becomes a ValueError with one sentence."""
        try:
            facts = cls._read_facts(path.with_suffix(".json"))
            rows = {cls.ROWS: cls._parsed(path)}
            result = cls(**{name: facts[name] for name in cls.facts()}, **rows)
            result._match(path, facts)
        except (OSError, ValueError) as error:
            raise ValueError(
                f"The results in {path.parent.parent.name}/{cls.FOLDER}/{path.name} are left "
                f"out ({str(error).rstrip('.')}): restore the file or measure again."
            ) from error
        return result

    @classmethod
    def _read_facts(cls, path: Path) -> dict[str, Any]:
        """The JSON file, with every fact of the right type, or ValueError."""
        try:
            facts = json.loads(_text(path))
        except json.JSONDecodeError:
            facts = None
        if not isinstance(facts, dict):
            raise ValueError(f"{path.name} is not a JSON object")
        facts = cls._later() | facts
        for name, kind in (cls.facts() | {"n": int, "rows_sha256": str}).items():
            if not isinstance(facts.get(name), (int, float) if kind is float else kind):
                raise ValueError(f"{path.name} has no usable '{name}'")
        return facts

    @classmethod
    def _parsed(cls, path: Path) -> tuple[Any, ...]:
        """The CSV's rows; ValueError names the line that is wrong."""
        lines = list(csv.reader(io.StringIO(_text(path), newline="")))
        if not lines or tuple(lines[0]) != cls.HEADER:
            raise ValueError(f"its first line is not '{','.join(cls.HEADER)}'")
        rows = []
        for number, cells in enumerate(lines[1:], 2):
            try:
                rows.append(cls.parse(cells))
            except ValueError:
                raise ValueError(f"line {number} is not a picture's counts") from None
        return tuple(rows)

    def _match(self, path: Path, facts: dict[str, Any]) -> None:
        """Raises ValueError unless the files fit each other, their folder and the network."""
        checkpoint = path.parent.parent
        if facts["n"] != self.picture_count:
            raise ValueError(f"it holds {self.picture_count} of {facts['n']} pictures")
        if facts["rows_sha256"] != hashlib.sha256(self._lines()).hexdigest():
            raise ValueError("its rows are not those that its JSON file describes")
        if path.stem != self.stem or checkpoint.name != self.model:
            raise ValueError(f"it belongs to {self.model}/{self.FOLDER}/{self.stem}.csv")
        if _stated_network(checkpoint) not in (None, self.fingerprint):
            raise ValueError("it was measured with another network than config.json states")


def check_facts(result: Any, *names: str) -> None:
    """Check the facts of every result: ``names`` (valid in file names), ``threshold``, ``date``.

    Raises:
        ValueError: one of them is not usable.
    """
    for name in names:
        if not is_plain(getattr(result, name)):
            raise ValueError(f"its {name} '{getattr(result, name)}' is not a plain name")
    if not 0 <= result.threshold <= 1:
        raise ValueError(f"its threshold {result.threshold} is not within 0 and 1")
    if datetime.date.fromisoformat(result.date).isoformat() != result.date:
        raise ValueError(f"its date '{result.date}' is not like 2025-12-31")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is not text") from None
    except FileNotFoundError:
        raise ValueError(f"{path.name} is missing") from None


def _stated_network(folder: Path) -> str | None:
    """The fingerprint of the network in ``config.json``; None if it is missing or broken.

    The list of models reports a broken config.
    """
    # These modules import PyTorch, which takes seconds. Saved scores do not need it.
    from carseg.inference.predictor import fingerprint
    from carseg.models.checkpoint import CheckpointError, stated_config

    try:
        return fingerprint(stated_config(folder))
    except CheckpointError:
        return None
