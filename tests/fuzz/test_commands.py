"""The commands that look longer."""

import builtins

import pytest

from tests.fuzz import addresses, atheris_run, mutated, targets


def test_damaged_files_are_counted(capsys, tmp_path):
    assert mutated.main(["config", "--number", "40", "--out", str(tmp_path)]) == 0
    assert "config: 40 files from 8, 0 faults" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_a_fault_is_kept_in_a_file(capsys, tmp_path, monkeypatch):
    def fault(_: bytes) -> None:
        raise KeyError("made")

    target = targets.Target(fault, targets.TARGETS["link"].seeds)
    monkeypatch.setitem(targets.TARGETS, "link", target)
    assert mutated.main(["link", "--number", "2", "--out", str(tmp_path)]) == 1
    assert len(list(tmp_path.iterdir())) == 2
    assert "KeyError: 'made'" in capsys.readouterr().err


def test_addresses_are_counted(capsys):
    assert addresses.main(["--number", "600"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("600 URLs and addresses: 0 special ones taken, ")
    assert said.rstrip().endswith(", 0 public ones refused")


def test_a_special_address_that_is_taken_is_told(capsys, monkeypatch):
    monkeypatch.setattr(addresses, "special", lambda _: True)
    assert addresses.main(["--number", "200"]) == 1
    assert "taken: http" in capsys.readouterr().err


def test_without_atheris_it_says_so(capsys, monkeypatch):
    before = builtins.__import__

    def without(name: str, *more):
        if name == "atheris":
            raise ImportError
        return before(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    assert atheris_run.main(["picture"]) == 2
    assert capsys.readouterr().err.strip() == atheris_run.ABSENT


def test_its_targets_are_all_there():
    assert set(atheris_run.NAMES) == set(targets.TARGETS)
    with pytest.raises(SystemExit):
        atheris_run.main(["nothing"])
