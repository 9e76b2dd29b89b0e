"""Folders for a visitor's files. They are deleted with their owner, or at the next start."""

import os
import platform
import shutil
import tempfile
from pathlib import Path
from tempfile import TemporaryDirectory

_PREFIX, _DRAFT = "carseg-of-", ".draft-"


def private_folder() -> TemporaryDirectory:
    """A new folder that only this user can read. Folders left by killed processes are deleted."""
    sweep()
    return TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-", ignore_cleanup_errors=True)


def draft_folder(root: Path) -> Path:
    """A new folder for what will be moved to its place in ``root`` when it is whole.

    Drafts of killed processes are deleted, if those ran on this machine: others may share the root.
    """
    prefix = f"{_DRAFT}{platform.node()}-"
    sweep(root, prefix)
    return Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=root))


def sweep(root: Path | None = None, prefix: str = _PREFIX) -> None:
    """Delete the private folders of processes that no longer run."""
    for folder in Path(root or tempfile.gettempdir()).glob(f"{prefix}*-*"):
        number = folder.name.removeprefix(prefix).partition("-")[0]
        # Links and folders of other users are not deleted.
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
