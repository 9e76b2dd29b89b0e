"""Room on the disk that is kept for the moment when there is no other."""

import os
import shutil
from pathlib import Path

RESERVE = 4 * 2**20
"""Bytes. On a full disk a deletion needs them for its log, and so does saving into the room that it
leaves."""


class Reserve:
    """A file that is there to be deleted."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def keep(self) -> None:
        """Hold some room back: all that is wanted, or what there is of it."""
        try:
            held = self.path.stat().st_size if self.path.exists() else 0
            free = held + shutil.disk_usage(self.path.parent).free
            for size in (RESERVE, RESERVE // 2, RESERVE // 4):
                if held >= size:
                    return
                if free > size:
                    self.path.write_bytes(os.urandom(size))  # zeros might take no room
                    return
        except OSError:
            self.give_up()

    def give_up(self) -> bool:
        """Make the room free; whether there was any."""
        try:
            self.path.unlink()
        except OSError:
            return False
        return True
