"""What a checkpoint's card says of the network itself."""

import re
import subprocess

import torch

from carseg.models import ARCHITECTURES
from carseg.train import publish as publishing
from carseg.train.publish import multiply_adds


def test_multiply_adds_of_a_transformer_are_those_of_its_matrices():
    kind = ARCHITECTURES["transunet-dilated"]
    whole, without = (
        multiply_adds(kind.build(classes=1, layers=layers).eval(), kind.multiple)
        for layers in (6, 0)
    )
    tokens, width, hidden = (160 // 16) * (240 // 16), 512, 2048
    projections = 4 * width**2 + 2 * width * hidden
    assert whole - without == 6 * (tokens * projections + 2 * tokens**2 * width)
    assert torch.backends.mha.get_fastpath_enabled(), "left as it was"


def test_the_commit_is_that_of_the_clone_and_of_no_other(tmp_path, monkeypatch):
    assert re.fullmatch("[0-9a-f]{40}|unknown", publishing.current_commit())
    # As a wheel installed into .venv within somebody's project.
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    somebody = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run(
        ["git", *somebody, "commit", "-q", "--allow-empty", "-m", "theirs"],
        cwd=tmp_path,
        check=True,
    )
    (tmp_path / "installed").mkdir()
    monkeypatch.setattr(publishing, "ROOT", tmp_path / "installed")
    assert publishing.current_commit() == "unknown"
