"""Results of a long job, saved piece by piece: finished pieces survive a stop.

A journal is a folder named by a hash of everything that the results depend on. Each piece is a
JSON file that appears whole or not at all, so processes may share a journal.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from carseg.core.atomic import write_atomically


class Journal:
    """The pieces of one job under ``root``. Jobs with different ``facts`` are different jobs."""

    def __init__(self, root: Path, facts: Mapping[str, Any]) -> None:
        key = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
        self.folder = Path(root) / key[:16]

    def _path(self, piece: str) -> Path:
        return self.folder / f"{hashlib.sha256(piece.encode()).hexdigest()[:24]}.json"

    def read(self, piece: str) -> Any:
        """The saved piece, or None. A damaged piece counts as missing."""
        try:
            return json.loads(self._path(piece).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def write(self, piece: str, value: Any) -> None:
        """Save a piece (JSON data)."""
        write_atomically(self._path(piece), json.dumps(value))

    def clear(self) -> None:
        """Forget the job."""
        shutil.rmtree(self.folder, ignore_errors=True)
