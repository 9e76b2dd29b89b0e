"""Compares learning rates of a network and its encoder, with short runs on validation cars."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from carseg.train.presets import Phase, Preset
from carseg.train.publish import log_of
from carseg.train.run import Job, train

RATES = (1e-4, 3e-4, 1e-3)
_SIZE, _BATCH = (96, 144), 8


def compare_rates(
    job: Job,
    rates: Sequence[float] = RATES,
    shares: Sequence[float] | None = None,
    steps: int = 500,
) -> pd.DataFrame:
    """The last validation figures of a run of ``steps`` steps at each rate, best Dice first.

    Each run is a complete one-cycle at 96x144 in batches of 8. Columns: ``rate``,
    ``encoder_share``, ``val_dice`` and, if street photographs were given, ``street_val_dice``.

    Args:
        shares: the encoder's rates as shares of each rate. 0: frozen; None: as in the preset.
    """
    rows = []
    with tempfile.TemporaryDirectory(dir=_made(job.folder.parent)) as scratch:
        for number, (share, preset) in enumerate(_variants(job.preset, rates, shares, steps)):
            folder = Path(scratch) / str(number)
            train(replace(job, preset=preset, folder=folder), cache=job.folder.parent / "cache")
            last = list(log_of(folder).values())[-1]
            figures = {k: float(last[k]) for k in ("val_dice", "street_val_dice") if k in last}
            rows.append({"rate": preset.learning_rate, "encoder_share": share} | figures)
    return pd.DataFrame(rows).sort_values("val_dice", ascending=False, ignore_index=True)


def _variants(
    preset: Preset, rates: Sequence[float], shares: Sequence[float] | None, steps: int
) -> Iterator[tuple[float, Preset]]:
    """The encoder's share of the rate, and the short run with it."""
    own = 0.0 if "encoder" in preset.frozen else preset.encoder_share
    short = replace(preset, phases=(Phase(_SIZE, steps * _BATCH, _BATCH),), snapshots=())
    for rate in rates:
        for share in (own,) if shares is None else shares:
            frozen = tuple(part for part in preset.frozen if part != "encoder")
            if share == 0:
                frozen = (*frozen, "encoder")
            yield (
                share,
                replace(short, learning_rate=rate, encoder_share=share or 1.0, frozen=frozen),
            )


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
