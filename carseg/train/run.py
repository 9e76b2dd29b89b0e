"""A run: a preset, a seed and a folder, done in legs that can be interrupted and resumed."""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import lightning as L
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger
from torch.utils.data import DataLoader

from carseg.data.cache import cached
from carseg.data.pairs import Pair
from carseg.data.splits import select, split_hash
from carseg.data.views import Views
from carseg.device import choose
from carseg.grid import Size
from carseg.models import ARCHITECTURES
from carseg.models.checkpoint import load
from carseg.models.encoders import load_encoder
from carseg.train.module import Segmenter
from carseg.train.presets import Preset
from carseg.train.publish import current_commit, history_of

LEG = 512
"""Pictures in a leg. A run is saved after each; order and views depend on the position alone."""


@dataclass(frozen=True)
class Leg:
    """Pictures ``start`` to ``stop`` of the run, seen at ``size`` in batches of ``batch``."""

    start: int
    stop: int
    size: Size
    batch: int


def plan(preset: Preset) -> list[Leg]:
    """The legs of a preset in order."""
    legs, start = [], 0
    for phase in preset.phases:
        end = start + phase.pictures
        for leg_start in range(start, end, LEG):
            legs.append(Leg(leg_start, min(leg_start + LEG, end), phase.size, phase.batch))
        start = end
    return legs


class LegData(L.LightningDataModule):
    """Serves the training views of the current leg and the validation pictures at its grid."""

    def __init__(self, preset: Preset, pairs: list[Pair], cache: Path, seed: int) -> None:
        super().__init__()
        self.preset, self.cache, self.seed = preset, cache, seed
        self.legs = plan(preset)
        self.train_pairs, self.val_pairs = (select(pairs, "carvana", s) for s in ("train", "val"))

    @property
    def leg(self) -> Leg:
        """The one that is being trained."""
        return self.legs[min(self.trainer.current_epoch, len(self.legs) - 1)]

    def train_dataloader(self) -> DataLoader:
        """The views of the current leg."""
        leg = self.leg
        data = cached(self.train_pairs, leg.size, self.cache)
        views = Views(data, self.preset.augmentation, self.seed, leg.start, leg.stop)
        return DataLoader(views, leg.batch, num_workers=1, drop_last=True)

    def val_dataloader(self) -> DataLoader:
        """Every fourth validation picture at the current grid, as it is."""
        data = cached(self.val_pairs[::4], self.leg.size, self.cache)
        # The identity view: positions of pass 0 without augmentation, order is of no matter.
        return DataLoader(Views(data, "none", 0, 0, len(data)), self.leg.batch)


def train(
    preset: Preset,
    pairs: list[Pair],
    folder: Path,
    *,
    encoder: str | None = None,
    base: str | None = None,
    seed: int = 0,
) -> Path:
    """Train ``preset`` into ``folder``; a folder with a ``last.ckpt`` is resumed from there.

    Args:
        encoder: replaces the preset's encoder start, as a path to local weights.
        base: the name of a checkpoint to go on from, instead of the preset's start.

    Returns:
        the path of the last checkpoint.

    Raises:
        EncoderError, CheckpointError: the start cannot be had.
    """
    folder.mkdir(parents=True, exist_ok=True)
    L.seed_everything(seed, workers=True, verbose=False)
    legs = plan(preset)
    module = Segmenter(preset, sum((leg.stop - leg.start) // leg.batch for leg in legs))
    began_as = _start(module, encoder, base)
    data = LegData(preset, pairs, folder.parent / "cache", seed)
    facts = _facts(preset, data, seed) | began_as
    facts["pictures_seen"] = preset.pictures + began_as.get("base", {}).get("pictures_seen", 0)
    last = folder / "last.ckpt"
    trainer = L.Trainer(
        accelerator="auto",
        devices=1,
        precision="bf16-mixed",
        max_epochs=len(legs),
        reload_dataloaders_every_n_epochs=1,
        num_sanity_val_steps=0,
        gradient_clip_val=1.0,
        logger=CSVLogger(folder, name="", version="", flush_logs_every_n_steps=1),
        log_every_n_steps=1,
        callbacks=[ModelCheckpoint(folder, save_last=True, monitor="val_dice", mode="max")],
        default_root_dir=folder,
    )
    began = time.monotonic()
    trainer.fit(module, datamodule=data, ckpt_path=last if last.is_file() else None)
    facts["trained"]["hours"] = round((time.monotonic() - began) / 3600, 2)
    (folder / "run.json").write_text(json.dumps(facts, indent=2))
    torch.save(module.network.state_dict(), folder / "network.pt")
    return last


def _start(module: Segmenter, encoder: str | None, base: str | None) -> dict[str, Any]:
    """Put the first weights into the network; returns what they were for run.json."""
    preset = module.preset
    if base is not None:
        network, config = load(base)
        module.network.load_state_dict(network.state_dict())
        kept = {k: getattr(config, k) for k in ("name", "sha256", "preset", "pictures_seen")}
        kept |= {"trained": config.trained, "history": history_of(base)}
        return {"pretrained": config.pretrained, "base": kept}
    name = ARCHITECTURES[preset.architecture].encoder
    if name is None:
        return {"pretrained": "nothing"}
    start = preset.encoder if encoder is None or preset.encoder == "random" else encoder
    return {"pretrained": load_encoder(module.network.encoder, name, start)}


def _facts(preset: Preset, data: LegData, seed: int) -> dict[str, Any]:
    """What a reader needs to know of the run, as plain data for run.json."""
    cars = len({pair.group for pair in data.train_pairs})
    return {
        "preset": preset.as_dict(),
        "seed": seed,
        "data": f"Carvana (Kaggle), {len(data.train_pairs):,} studio pictures of {cars} cars",
        "split_sha256": split_hash(data.train_pairs),
        "leg": LEG,
        "commit": current_commit(),
        "trained": {
            "date": datetime.now(UTC).date().isoformat(),
            "hardware": choose().name,
            "precision": "bfloat16 autocast",
        },
    }
