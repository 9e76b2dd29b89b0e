"""What all sessions share follows the settings."""

from pathlib import Path

import pytest

from carseg.ui.shared import state
from tests.factories.checkpoints import write_tiny


def test_the_workshop_follows_the_weights_folder(
    tiny_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    first = state.workshop()
    assert state.workshop() is first
    assert first.predictor is state.predictor()
    assert first.predictor.root == tiny_weights
    other = tmp_path / "other"
    write_tiny(other, "only-there", 3)
    monkeypatch.setenv("CARSEG_WEIGHTS", str(other))
    second = state.workshop()
    assert list(state.current_shelf().configs) == ["only-there"]
    assert second.predictor is state.predictor()
    assert second.predictor.root == other
    assert second.store is first.store, "results are kept; their keys name the weights"
