"""Files of shipped results: written whole or not at all, read with a sentence for what is wrong."""

import json
import os
from pathlib import Path
from secrets import token_hex


def replace_file(path: Path, data: bytes) -> None:
    """Write beside ``path``, then rename: readers see the old file or the new one."""
    temporary = path.with_name(f".{path.name}.{token_hex(6)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def read_text(path: Path) -> str:
    """The text of a UTF-8 file.

    Raises:
        ValueError: it is missing or no text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is not text") from None
    except FileNotFoundError:
        raise ValueError(f"{path.name} is missing") from None


def stated_weights(folder: Path) -> str | None:
    """The hash that a checkpoint's ``config.json`` states; None where it says nothing (a broken one
    is reported by the shelf of models)."""
    try:
        return json.loads((folder / "config.json").read_text(encoding="utf-8")).get("sha256")
    except (OSError, ValueError, AttributeError):
        return None
