"""Private folders go away, also those of a process that was killed."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from carseg.data.private_folder import private_folder, sweep


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of its own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_goes_with_its_owner(here: Path):
    with private_folder() as name:
        assert Path(name).stat().st_mode & 0o077 == 0
        sweep()
        assert [str(p) for p in here.iterdir()] == [name]
    assert not list(here.iterdir())


def test_what_a_killed_process_left_is_swept_away(here: Path):
    script = (
        "import os, signal; from carseg.data.private_folder import private_folder\n"
        "kept = private_folder(); open(kept.name + '/photo', 'w').close()\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", script], env=os.environ | {"TMPDIR": str(here)})
    assert done.returncode == -signal.SIGKILL
    assert list(here.glob("*/photo"))
    sweep()
    assert not list(here.iterdir())


def test_what_is_not_such_a_folder_stays(here: Path, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "kept").touch()
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (here / f"carseg-of-{gone.pid}-link").symlink_to(elsewhere)
    (here / "carseg-of-x-1").mkdir()
    (here / f"carseg-of-{10**30}-1").mkdir()
    (here / f"carseg-of-{gone.pid}-file").touch()
    sweep()
    assert len(list(here.iterdir())) == 4
    assert (elsewhere / "kept").exists()
