"""Folders for what belongs to a visitor: gone with their owner, at the latest at the next start."""

import os
import shutil
import tempfile
from pathlib import Path
from tempfile import TemporaryDirectory

_PREFIX = "carseg-of-"


def private_folder() -> TemporaryDirectory:
    """A new folder that only this user can read; those that killed processes left are deleted."""
    sweep()
    return TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-", ignore_cleanup_errors=True)


def sweep() -> None:
    """Delete the private folders of processes that run no more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        number = folder.name.removeprefix(_PREFIX).partition("-")[0]
        # A link, or a folder of somebody else, is not ours to delete.
        ours = folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == os.getuid()
        if ours and number.isdigit() and not _runs(int(number)):
            shutil.rmtree(folder, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
