import subprocess
import sys

import pytest

from carseg.core import settings
from carseg.core.journal import Journal
from carseg.core.shard import Shard

NAMES = [f"picture-{n}" for n in range(200)]


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_every_piece_is_done_once(count):
    shards = [Shard(index, count) for index in range(count)]
    parts = [[name for name in NAMES if shard.owns(name)] for shard in shards]
    assert sorted(name for part in parts for name in part) == sorted(NAMES)
    assert all(abs(len(part) - 200 / count) < 30 for part in parts)


def test_the_hash_is_the_same_in_every_process():
    code = (
        "from carseg.core.shard import Shard\n"
        "print(*[n for n in range(50) if Shard(1, 3).owns(str(n))])"
    )
    mine = [n for n in range(50) if Shard(1, 3).owns(str(n))]
    for seed in ("0", "1"):
        place = {"cwd": settings.ROOT, "env": {"PYTHONHASHSEED": seed}}
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=True, **place)
        assert [int(n) for n in done.stdout.split()] == mine


@pytest.mark.parametrize("text", ["", "1", "2/2", "-1/2", "a/b", "0/0", "1/2/3"])
def test_bad_parts_are_explained(text):
    with pytest.raises(ValueError, match="part"):
        Shard.parse(text)


def test_torchrun_says_which_part(monkeypatch):
    assert Shard.from_environment() == Shard(0, 1)
    monkeypatch.setenv("RANK", "2")
    monkeypatch.setenv("WORLD_SIZE", "4")
    assert Shard.from_environment() == Shard.parse("2/4")


def test_a_journal_keeps_pieces_apart_and_whole(tmp_path):
    journal = Journal(tmp_path, {"a": 1})
    assert journal.read("x") is None
    journal.write("x", [1, {"y": 2.5}])
    journal.write("../../evil/name", "kept")
    assert journal.read("x") == [1, {"y": 2.5}]
    assert journal.read("../../evil/name") == "kept"
    assert all(path.parent == journal.folder for path in tmp_path.rglob("*.json"))
    assert Journal(tmp_path, {"a": 2}).read("x") is None
    assert Journal(tmp_path, {"a": 1}).read("x") == [1, {"y": 2.5}]
    next(path for path in journal.folder.iterdir() if "1" in path.read_text()).write_text("[1, {")
    assert journal.read("x") is None
    journal.clear()
    assert journal.read("../../evil/name") is None
