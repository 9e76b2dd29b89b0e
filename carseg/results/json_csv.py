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
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from carseg.core import settings
from carseg.core.atomic import write_atomically
from carseg.data.set_names import is_plain

Row = TypeVar("Row")


class CheckpointResult(Protocol):
    """What is known of any result: the checkpoint that was measured."""

    @property
    def model(self) -> str:
        """The checkpoint's name."""

    @property
    def fingerprint(self) -> str:
        """Of its weights and of how they are used."""


_Result = TypeVar("_Result", bound=CheckpointResult)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Files(Generic[Row, _Result]):
    """One kind of shipped result, in ``weights/<model>/<folder>/<stem>.csv`` and ``.json``.

    A result has the attributes ``model``, ``fingerprint`` and those of ``facts``. The JSON
    carries the hash of the rows, so a new CSV beside an old JSON (a process killed between the
    two) is noticed when reading. The same result always gives the same bytes.

    Attributes:
        folder: its name in a checkpoint's folder.
        facts: the names of the facts in the JSON file, and their types.
        header: the header of the CSV.
        cells: turns a row into the cells of its line.
        parse: turns cells back into a row; ValueError if they are not a row.
        make: turns facts and rows into a result; ValueError if they do not form one.
        rows: the rows of a result, in the order of lines.
        stem: the file name of a result, without its ending.
        pictures: the number of pictures of a result.
    """

    folder: str
    facts: Mapping[str, type]
    header: tuple[str, ...]
    cells: Callable[[Row], Sequence[Any]]
    parse: Callable[[list[str]], Row]
    make: Callable[[dict[str, Any], tuple[Row, ...]], _Result]
    rows: Callable[[_Result], Iterable[Row]]
    stem: Callable[[_Result], str]
    pictures: Callable[[_Result], int]

    def write(self, checkpoint: Path, result: _Result) -> Path:
        """Write a result into a checkpoint's folder; returns the CSV's path."""
        rows = self._lines(result)
        facts = {name: getattr(result, name) for name in self.facts}
        facts |= {"n": self.pictures(result), "rows_sha256": hashlib.sha256(rows).hexdigest()}
        path = Path(checkpoint) / self.folder / f"{self.stem(result)}.csv"
        write_atomically(path, rows)
        text = json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
        write_atomically(path.with_suffix(".json"), text)
        return path

    def read(self, checkpoint: Path, problems: list[str] | None = None) -> list[_Result]:
        """All usable results of one checkpoint's folder, by file name; empty if there are none.

        A broken file does not affect the others: its sentence is appended to ``problems`` (or
        logged if no list is given). A result counts as broken if it was measured with other weights
        than ``config.json`` states, or with weights used in another way.
        """
        found = []
        for path in sorted((Path(checkpoint) / self.folder).glob("*.csv")):
            try:
                found.append(self._read(path))
            except ValueError as problem:
                if problems is None:
                    _log.warning("%s", problem)
                else:
                    problems.append(str(problem))
        return found

    def shipped(self, root: Path | None, problems: list[str] | None = None) -> list[_Result]:
        """``read`` of every folder in ``root`` (None: the shipped weights), by name."""
        root = Path(root or settings.weights_dir())
        folders = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
        return [result for folder in folders for result in self.read(folder, problems)]

    def _lines(self, result: _Result) -> bytes:
        """The CSV's bytes: UTF-8, line feeds."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.header)
        writer.writerows(self.cells(row) for row in self.rows(result))
        return text.getvalue().encode()

    def _read(self, path: Path) -> _Result:
        """A CSV with its JSON, checked. Any error becomes a ValueError with one sentence."""
        try:
            facts = self._read_facts(path.with_suffix(".json"))
            result = self.make({name: facts[name] for name in self.facts}, self._parsed(path))
            self._match(path, facts, result)
        except (OSError, ValueError) as error:
            raise ValueError(
                f"The results in {path.parent.parent.name}/{self.folder}/{path.name} are left "
                f"out ({str(error).rstrip('.')}): restore the file or measure again."
            ) from error
        return result

    def _read_facts(self, path: Path) -> dict[str, Any]:
        """The JSON file, with every fact of the right type, or ValueError."""
        try:
            facts = json.loads(_text(path))
        except json.JSONDecodeError:
            facts = None
        if not isinstance(facts, dict):
            raise ValueError(f"{path.name} is not a JSON object")
        for name, kind in (dict(self.facts) | {"n": int, "rows_sha256": str}).items():
            if not isinstance(facts.get(name), (int, float) if kind is float else kind):
                raise ValueError(f"{path.name} has no usable '{name}'")
        return facts

    def _parsed(self, path: Path) -> tuple[Row, ...]:
        """The CSV's rows; ValueError names the line that is wrong."""
        lines = list(csv.reader(io.StringIO(_text(path), newline="")))
        if not lines or tuple(lines[0]) != self.header:
            raise ValueError(f"its first line is not '{','.join(self.header)}'")
        rows = []
        for number, cells in enumerate(lines[1:], 2):
            try:
                rows.append(self.parse(cells))
            except ValueError:
                raise ValueError(f"line {number} is not a picture's counts") from None
        return tuple(rows)

    def _match(self, path: Path, facts: dict[str, Any], result: _Result) -> None:
        """Raises ValueError unless the files fit each other, their folder and the network."""
        checkpoint, stem = path.parent.parent, self.stem(result)
        if facts["n"] != self.pictures(result):
            raise ValueError(f"it holds {self.pictures(result)} of {facts['n']} pictures")
        if facts["rows_sha256"] != hashlib.sha256(self._lines(result)).hexdigest():
            raise ValueError("its rows are not those that its JSON file describes")
        if path.stem != stem or checkpoint.name != result.model:
            raise ValueError(f"it belongs to {result.model}/{self.folder}/{stem}.csv")
        if _stated_network(checkpoint) not in (None, result.fingerprint):
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
