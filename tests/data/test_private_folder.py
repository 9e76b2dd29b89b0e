"""Drafts of killed processes are deleted; those of living ones, and of other machines, stay."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from carseg.bench.drill.children import killed
from carseg.data.decoded import cached
from carseg.data.pairs import find_pairs
from carseg.data.private_folder import draft_folder


def test_whose_drafts_are_deleted(tmp_path: Path) -> None:
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], text=True,
                          capture_output=True, check=True).stdout.strip()  # fmt: skip
    dead = tmp_path / f".draft-{platform.node()}-{gone}-x"
    living = tmp_path / f".draft-{platform.node()}-{os.getpid()}-x"
    elsewhere = tmp_path / f".draft-another-{gone}-x"
    for folder in (dead, living, elsewhere):
        folder.mkdir()
        (folder / "pictures.raw").touch()
    draft = draft_folder(tmp_path)
    assert draft.is_dir()
    assert set(tmp_path.iterdir()) == {draft, living, elsewhere}


@pytest.mark.skipif(sys.platform == "win32", reason="processes are forked")
def test_killed_builds_of_a_cache_leave_no_process_and_no_draft(
    carvana: Path, tmp_path: Path
) -> None:
    pairs, root = find_pairs(carvana), tmp_path / "cache"

    def work(tell) -> None:
        cached(pairs, 600, root)
        tell("built")

    for _ in range(4):
        killed(work, 5, at_once=True, within=root, writes=3)  # it tells of processes that stay
    assert len(cached(pairs, 600, root)) == len(pairs)
    assert len(list(root.iterdir())) == 1
