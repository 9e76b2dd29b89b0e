"""A key for cached results that are computed from files: it changes if a file changes."""

import hashlib
from pathlib import Path

CONFIG_FILES = "*/config.json"
SCORE_FILES = (CONFIG_FILES, "*/scores/*", "*/path/*/scores/*")
DETAIL_FILES = (*SCORE_FILES, "*/details/*")
STRESS_FILES = (CONFIG_FILES, "*/stress/*")
"""Patterns of the files that each kind of shipped result depends on, below the weights folder."""


def stamp(root: Path, *kinds: str) -> str:
    """A hash of names, times and sizes of the files below ``root`` that match one of the patterns.

    It is short, because a cache reads its key at every call.
    """
    files = [file for kind in kinds for file in root.glob(kind)]
    marks = [(str(file), file.stat()) for file in files if file.is_file()]
    facts = sorted((name, mark.st_mtime_ns, mark.st_size) for name, mark in marks)
    return hashlib.sha256(repr(facts).encode()).hexdigest()
