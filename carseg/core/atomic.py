"""Files that appear whole or not at all."""

import os
from pathlib import Path
from secrets import token_hex

_HANDLES = "/proc/self/fd"


def write_atomically(path: Path, data: bytes | str) -> None:
    """Write beside ``path``, then rename: readers see the old file or the new one.

    Args:
        path: of the file; its folder is made if missing.
        data: the bytes, or a text that becomes UTF-8.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{token_hex(8)}.tmp")  # short: the name itself may be the longest
    handle = _unnamed(path.parent)
    try:
        with draft.open("xb") if handle is None else os.fdopen(handle, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())
            if handle is not None:
                # A handle for a folder is given, and not used, so that the link is followed.
                os.link(f"{_HANDLES}/{handle}", draft, src_dir_fd=handle)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _unnamed(folder: Path) -> int | None:
    """A file without a name: of one whose process is killed nothing stays. Not every disk can."""
    if not Path(_HANDLES).is_dir():
        return None
    try:
        return os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o666)
    except (AttributeError, OSError):
        return None
