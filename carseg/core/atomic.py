"""Files that appear whole or not at all."""

import os
from pathlib import Path
from secrets import token_hex


def write_atomically(path: Path, data: bytes | str) -> None:
    """Write beside ``path``, then rename: readers see the old file or the new one.

    Args:
        path: of the file; its folder is made if missing.
        data: the bytes, or a text that becomes UTF-8.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{token_hex(8)}.tmp")  # short: the name itself may be the longest
    try:
        with draft.open("xb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
