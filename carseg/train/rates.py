"""Which learning rate suits an architecture: short runs, compared on validation cars."""

import tempfile
from dataclasses import replace
from pathlib import Path

import pandas as pd

from carseg.train.presets import Phase
from carseg.train.publish import log_of
from carseg.train.run import Job, train

RATES = (1e-4, 3e-4, 1e-3)
SIZE, BATCH = (96, 144), 8


def compare_rates(job: Job, rates: tuple[float, ...] = RATES, steps: int = 500) -> pd.DataFrame:
    """The last validation figures of a run of ``steps`` steps at each rate, best Dice first.

    Each is a whole one-cycle at 96x144 in batches of 8. Columns: ``rate``, ``val_dice`` and, where
    street photographs were given, ``street_val_dice``.
    """
    rows = []
    with tempfile.TemporaryDirectory(dir=_made(job.folder.parent)) as scratch:
        for rate in rates:
            phases = (Phase(SIZE, steps * BATCH, BATCH),)
            preset = replace(job.preset, learning_rate=rate, phases=phases, snapshots=())
            folder = Path(scratch) / f"{rate:g}"
            train(replace(job, preset=preset, folder=folder), cache=job.folder.parent / "cache")
            last = log_of(folder)[-1]
            figures = {k: float(last[k]) for k in ("val_dice", "street_val_dice") if k in last}
            rows.append({"rate": rate} | figures)
    return pd.DataFrame(rows).sort_values("val_dice", ascending=False, ignore_index=True)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
