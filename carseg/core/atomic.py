"""Files that appear whole or not at all."""

import os
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO


def write_atomically(path: Path, data: bytes | str) -> None:
    """Write beside ``path``, then rename: readers see the old file or the new one.

    Args:
        path: of the file; its folder is made if missing.
        data: the bytes, or a text that becomes UTF-8.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    body = data.encode() if isinstance(data, str) else data
    draft = path.with_name(f".{token_hex(8)}.tmp")  # short: the name itself may be the longest
    try:
        try:
            _write_unnamed(draft, body)
        except (AttributeError, OSError):  # another system, or a disk that cannot
            _write(draft.open("xb"), body)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _write_unnamed(draft: Path, body: bytes) -> None:
    """Give the file its name when it is whole: of one that is killed before, nothing stays."""
    handle = os.open(draft.parent, os.O_TMPFILE | os.O_WRONLY, 0o666)
    with os.fdopen(handle, "wb") as file:
        _write(file, body, close=False)
        # A folder's handle is given, and not used, so that the link in /proc is followed.
        os.link(f"/proc/self/fd/{handle}", draft, src_dir_fd=handle)


def _write(file: BinaryIO, body: bytes, *, close: bool = True) -> None:
    try:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    finally:
        if close:
            file.close()
