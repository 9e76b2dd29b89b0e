"""Kills while a network is trained: it goes on, and ends with the weights of a quiet run."""

import json
import logging
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from carseg.bench.drill.children import Tell, killed, names
from carseg.bench.drill.outcome import Limit, Outcome
from carseg.data.pairs import find_pairs
from carseg.data.splits import published_groups
from carseg.train.legs import TrainingData
from carseg.train.presets import Phase, Preset
from carseg.train.publish import BEST, FACTS, NETWORK, SNAPSHOTS, log_of
from carseg.train.run import LAST, Job, Machine, train

PRESET = Preset(
    title="Drill",
    summary="A small network that learns discs.",
    architecture="unet",
    arguments={"widths": [8, 16, 32]},
    phases=tuple(Phase(size, 16, 4) for size in [(32, 48), (48, 72)] * 4),  # a leg each
    learning_rate=1e-2,
    snapshots=(32, 64, 96),
)


def drill(folder: Path, limit: Limit) -> Outcome:
    """Kill runs until they are done, and compare each with one that nobody disturbed."""
    _quiet()
    outcome = Outcome()
    quiet = _job(folder, "quiet")
    # In a process of its own too: this one must not start PyTorch's threads before the others.
    killed(lambda tell: _run(quiet, tell), 0)
    if not (quiet.folder / FACTS).is_file():
        raise RuntimeError("The undisturbed run did not end.")
    run, done = 0, -1
    for _ in limit.rounds():
        job = _job(folder, f"run-{run}")
        told = killed(
            lambda tell, job=job: _run(job, tell),  # type: ignore[misc]
            60,
            at_once=True,
            within=job.folder,
            writes=80,
        )
        outcome.tried += 1
        done = _look(outcome, job.folder, done)
        if told:
            outcome.acknowledged += 1
            drafts = [path.name for path in job.folder.rglob(".*")]
            outcome.check(not drafts, f"drafts stayed: {drafts}.")
            _compare(outcome, job.folder, quiet.folder)
            run, done = run + 1, -1
    outcome.seen["legs"] = len(PRESET.phases) * run + done + 1
    return outcome


def _run(job: Job, tell: Tell) -> None:
    if train(job, resume=(job.folder / LAST).is_file(), cache=job.folder / "cache"):
        tell("done")


def _quiet() -> None:
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore")


def _job(folder: Path, name: str) -> Job:
    data = folder / "pictures"
    if not data.is_dir():
        _write_pictures(data)
    pictures = TrainingData(find_pairs(data))
    machine = Machine(device="cpu", precision="float32")
    return Job(replace(PRESET), pictures, folder / "runs" / name, machine=machine)


def _write_pictures(folder: Path) -> None:
    """Bright discs on noise, in Kaggle's layout, as cars of the published lists."""
    for name in ("train", "train_masks"):
        (folder / name).mkdir(parents=True)
    chance = np.random.default_rng(0)
    y, x = np.mgrid[:48, :72]
    cars = [*published_groups("carvana", "train")[:6], *published_groups("carvana", "val")[:2]]
    for number, car in enumerate(cars):
        mask = ((y - 24) / 14) ** 2 + ((x - 30 - 2 * number) / 18) ** 2 < 1
        rgb = chance.integers(0, 120, (48, 72, 3), dtype=np.uint8)
        rgb[mask] += 100
        Image.fromarray(rgb).save(folder / "train" / f"{car}_01.jpg")
        Image.fromarray(mask.astype(np.uint8) * 255).save(
            folder / "train_masks" / f"{car}_01_mask.gif"
        )


def _look(outcome: Outcome, folder: Path, before: int) -> int:
    """Check what the killed run left; returns the last leg that it has kept."""
    leg = -1
    for name in sorted(names(folder)) if folder.is_dir() else []:
        path = folder / name
        if "cache/" in name:  # a killed build is deleted by the next one
            continue
        outcome.check(path.suffix != ".tmp", f"a draft stayed: {name}.")
        try:
            if path.suffix in (".ckpt", ".pt"):
                kept = torch.load(path, map_location="cpu", weights_only=True)
                leg = kept["epoch"] if name == LAST else leg
            elif path.suffix == ".json":
                json.loads(path.read_text())
        except Exception as error:  # any way in which a file can be broken
            outcome.check(False, f"half a file stayed: {name} ({type(error).__name__}: {error}).")
    outcome.check(leg >= before, f"leg {before} had been kept, now {leg} is the last.")
    return leg


def _compare(outcome: Outcome, folder: Path, quiet: Path) -> None:
    snapshots = [f"{SNAPSHOTS}/{count}.pt" for count in PRESET.snapshots]
    for name in (NETWORK, *snapshots):
        ours, theirs = (torch.load(place / name, weights_only=True) for place in (folder, quiet))
        same = all(torch.equal(ours[key], theirs[key]) for key in theirs)
        outcome.check(same, f"{name} is not that of the undisturbed run.")
    outcome.check((folder / BEST).is_file(), "the best network is missing.")
    outcome.check(log_of(folder) == log_of(quiet), "the curve is not that of the undisturbed run.")
