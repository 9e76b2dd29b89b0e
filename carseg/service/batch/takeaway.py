"""The results of a batch as one ZIP on disk: files, a table, COCO, and a manifest with hashes."""

import csv
import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

from carseg.core.errors import CarsegError, disk_error
from carseg.core.installed import versions
from carseg.service.batch.rows import Row
from carseg.service.batch.sent import check_all
from carseg.service.batch.work import Work
from carseg.service.coco import Coco

TABLE, MANIFEST = "table.csv", "manifest.json"
COLUMNS = (
    "picture",
    "car",
    "angle",
    "model",
    "car_share",
    "car_found",
    "trust",
    "problem",
    "files",
)


class Parcel:
    """A ZIP that is being made in a thread, and then is there.

    Attributes:
        rows: how many it holds.  done: how many are in it.
        path: where it is, once it is whole.  problem: why there is none, one sentence, or ''.
    """

    def __init__(self, work: Work) -> None:
        self.work, self.rows, self.done = work, len(work.rows), 0
        self.path: Path | None = None
        self.problem = ""
        self._thread = threading.Thread(target=self._make, name="batch-zip", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it is being made."""
        return self._thread.is_alive()

    def wait(self) -> None:
        """Until it is there."""
        self._thread.join()

    def close(self) -> None:
        """Delete it."""
        self.wait()
        if self.path is not None:
            discard(self.work, self.path)
            self.path = None

    def _make(self) -> None:
        def told(done: int, _: int) -> None:
            self.done = done

        try:
            with _TURN:
                check_all(self.work.sent.made)
                self.path = pack(self.work, told)
        except OSError as error:
            self.problem = f"There is no ZIP: {disk_error(error)}"
        except CarsegError as error:
            self.problem = str(error)


_TURN = threading.Semaphore(1)
"""One ZIP is made at a time."""
Progress = Callable[[int, int], Any]
"""Called with the number of rows done and the number of all."""


def pack(work: Work, progress: Progress = lambda *_: None) -> Path:
    """Write the ZIP into the batch's folder; it appears whole or not at all.

    Files go into it one by one: memory holds a block of one of them. Bytes are counted as results.

    Returns:
        its path, which is another one each time.

    Raises:
        OSError: there is no room.
    """
    path = work.sent.place / f"{token_hex(8)}.zip"
    draft = path.with_suffix(".draft")
    try:
        # Pictures are already compressed.
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
            _fill(archive, work, progress)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    work.sent.made += path.stat().st_size
    return path


def discard(work: Work, path: Path) -> None:
    """Delete a ZIP that ``pack`` made."""
    with suppress(FileNotFoundError):
        size = path.stat().st_size
        path.unlink()
        work.sent.made -= size


def _fill(archive: zipfile.ZipFile, work: Work, progress: Progress) -> None:
    hashes: dict[str, str] = {}
    rows = sorted(work.sorted(), key=lambda row: (row.name, row.model))
    for number, row in enumerate(rows, 1):
        for file in row.files.values():
            name = Path(file).relative_to(work.out).as_posix()
            hashes[name] = _copied(archive, Path(file), name)
        progress(number, len(rows))
    texts = {TABLE: _table(rows, work.out)}
    if work.plan.settings.coco:
        texts |= dict(_coco(work, rows))
    for name, text in texts.items():
        archive.writestr(name, text)
        hashes[name] = hashlib.sha256(text.encode()).hexdigest()
    archive.writestr(MANIFEST, json.dumps(_manifest(work, rows, hashes), indent=2))


def _copied(archive: zipfile.ZipFile, path: Path, name: str) -> str:
    """Copy a file into the archive block by block; returns its sha256."""
    told = hashlib.sha256()
    with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as target:
        while block := source.read(2**20):
            told.update(block)
            target.write(block)
    return told.hexdigest()


def _table(rows: list[Row], out: Path) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in rows:
        facts = row.facts
        files = "; ".join(Path(file).relative_to(out).as_posix() for file in row.files.values())
        share, found = facts.get("car_share", ""), facts.get("car_found", "")
        trust = "" if row.trust is None else row.trust
        shown = facts.get("car", ""), facts.get("angle", "")
        problem = row.error or row.note
        writer.writerow([row.source, *shown, row.model, share, found, trust, problem, files])
    return text.getvalue()


def _coco(work: Work, rows: list[Row]) -> Iterator[tuple[str, str]]:
    for model in work.plan.models:
        held = Coco(model)
        for row in rows:
            if row.model == model and not row.error:
                mask = work.whole(row).coco
                if mask is not None:
                    held.add(row.name, mask)
        yield f"{model}.coco.json", held.text()


def _manifest(work: Work, rows: list[Row], hashes: dict[str, str]) -> dict[str, Any]:
    done = [row for row in rows if not row.error]
    said = ("sha256", "engine", "dtype", "device")
    models = {row.model: {name: row.facts[name] for name in said} for row in done}
    return {
        "format": "carseg batch 1",
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
        "models": models,
        "plan": {**work.plan.facts(), "settings": _settings(work)},
        "failed": [row.record() for row in rows if row.error],
        "files": hashes,
    }


def _settings(work: Work) -> dict[str, Any]:
    """Without the path of the background, which is one of this machine."""
    settings: dict[str, Any] = work.plan.facts()["settings"]
    own = settings["background"] and not settings["background"].startswith("#")
    return settings | ({"background": "own picture"} if own else {})
