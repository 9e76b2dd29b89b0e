"""Callbacks of a training: its time limit, its progress bar, its snapshots."""

import io
import json
import time
from pathlib import Path
from typing import Any, cast

import lightning as L
import torch
from lightning.pytorch.plugins.io import TorchCheckpointIO
from tqdm import tqdm

from carseg.core.atomic import write_atomically
from carseg.train.legs import plan_legs
from carseg.train.module import Segmenter
from carseg.train.publish import CLOCK, CURVE, SNAPSHOTS


class Clock(L.Callback):
    """Counts the hours of a run over all its calls, and ends a call after ``max_hours``."""

    def __init__(self, max_hours: float | None = None) -> None:
        self.max_hours, self.before, self.began, self.stopped = max_hours, 0.0, 0.0, False

    @property
    def state_key(self) -> str:
        """Its key in the checkpoint; ``publish`` reads the hours there."""
        return CLOCK

    @property
    def hours(self) -> float:
        """Hours so far, including interrupted calls up to their last checkpoint."""
        return self.before + (time.monotonic() - self.began) / 3600

    def on_train_start(self, *_: Any) -> None:
        """The clock starts when the data are there."""
        self.began = time.monotonic()

    def on_train_epoch_end(self, trainer: L.Trainer, _: L.LightningModule) -> None:
        """Stop after this leg if time is up; the last checkpoint contains it."""
        up = self.max_hours is not None and self.hours - self.before >= self.max_hours
        up = trainer.strategy.reduce_boolean_decision(up, all=False)
        if up and trainer.current_epoch + 1 < (trainer.max_epochs or 0):
            trainer.should_stop = self.stopped = True

    def state_dict(self) -> dict[str, float]:
        """The state for the checkpoint."""
        return {"hours": self.hours}

    def load_state_dict(self, state_dict: dict[str, float]) -> None:
        """Restore the state from the checkpoint."""
        self.before = state_dict["hours"]


class Curve(L.Callback):
    """The figures of all legs so far, also in the checkpoint: a resumed run has them all."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / CURVE
        self.legs: dict[str, dict[str, float]] = {}

    def on_train_epoch_end(self, trainer: L.Trainer, _: L.LightningModule) -> None:
        """Add this leg."""
        figures = {name: float(value) for name, value in trainer.callback_metrics.items()}
        self.legs[str(trainer.current_epoch)] = figures
        if trainer.is_global_zero:
            write_atomically(self.path, json.dumps(self.legs, indent=1))

    def state_dict(self) -> dict[str, Any]:
        """The state for the checkpoint."""
        return {"legs": self.legs}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Restore the state from the checkpoint."""
        self.legs = dict(state_dict["legs"])


class ProgressBar(L.Callback):
    """One bar for the whole run, with its time left and the latest figures."""

    def __init__(self, pictures: int) -> None:
        self.pictures = pictures
        self.bar: tqdm = tqdm(disable=True)

    def on_train_start(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        """Start the bar at the number of pictures done so far."""
        legs = plan_legs(cast(Segmenter, module).preset)
        seen = legs[trainer.current_epoch - 1].stop if trainer.current_epoch else 0
        hidden = not trainer.is_global_zero
        self.bar = tqdm(
            total=self.pictures, initial=seen, unit="picture", disable=hidden, mininterval=5
        )

    def on_train_batch_end(
        self, trainer: L.Trainer, _module: L.LightningModule, _outputs: Any, batch: Any, _index: int
    ) -> None:
        """Count the pictures of all processes."""
        self.bar.update(len(batch[0]) * trainer.world_size)

    def on_validation_end(self, trainer: L.Trainer, _: L.LightningModule) -> None:
        """Show the latest figures."""
        shown = {k: f"{float(v):.4f}" for k, v in trainer.callback_metrics.items() if "dice" in k}
        self.bar.set_postfix(shown)

    def on_train_end(self, *_: Any) -> None:
        """Close the bar; it stays visible."""
        self.bar.close()


class Snapshots(L.Callback):
    """Saves the network at the picture counts of the preset, as ``snapshots/<n>.pt``.

    The counts are of this run, without the pictures of the run that it continues.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / SNAPSHOTS

    def on_train_batch_end(
        self, trainer: L.Trainer, module: L.LightningModule, _outputs: Any, _batch: Any, index: int
    ) -> None:
        """The first process saves a snapshot after the step that reaches its count."""
        module = cast(Segmenter, module)
        if not module.preset.snapshots or not trainer.is_global_zero:
            return
        leg = trainer.datamodule.leg  # type: ignore[attr-defined] # Lightning adds it
        seen = leg.start + (index + 1) * leg.batch
        if seen in module.preset.snapshots:
            save_whole(module.average.module.state_dict(), self.folder / f"{seen}.pt")


class WholeFiles(TorchCheckpointIO):
    """Lightning's own way goes by a temporary file that may be on another disk."""

    def save_checkpoint(
        self,
        checkpoint: dict[str, Any],
        path: str | Path,
        storage_options: Any = None,  # noqa: ARG002
    ) -> None:
        """Write the checkpoint whole, or leave the one that is there."""
        save_whole(checkpoint, Path(path))


def save_whole(data: Any, path: Path) -> None:
    """``torch.save``, whole or not at all."""
    file = io.BytesIO()
    torch.save(data, file)
    write_atomically(path, file.getvalue())
