"""Turns a finished run into a checkpoint folder: weights, config, training curve, card."""

import csv
import hashlib
import io
import json
import subprocess
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from carseg.analysis.model_card import write_card
from carseg.analysis.recipes import recipe_name
from carseg.core.atomic import write_atomically
from carseg.core.errors import CarsegError
from carseg.core.settings import ROOT, weights_dir
from carseg.data.set_names import LONGEST_NAME, NAME_RULE, is_plain
from carseg.imaging.grid import PUBLISHED_GRID
from carseg.models import ARCHITECTURES, build
from carseg.models.checkpoint import CheckpointError, Config, read_config
from carseg.models.padding import padded_logits
from carseg.models.weights import packed, save_checkpoint
from carseg.train.presets import DESCRIPTIVE_FIELDS, PRESETS, Preset

FACTS, LOGS, CURVE = "run.json", "logs", "curve.json"
NETWORK, BEST, SNAPSHOTS = "network.pt", "best.ckpt", "snapshots"
"""Files and folders of a finished run."""
AVERAGE = "average.module."
"""The prefix of the averaged network's weights in Lightning's checkpoint."""
CLOCK = "Clock"
"""The key of ``carseg.train.callbacks.Clock`` in a checkpoint, which has the hours."""
_RUN = ("date", "hardware", "precision", "hours", "seed")
_State = dict[str, torch.Tensor]


class RunError(CarsegError):
    """A run folder that cannot be published; the message says what is missing."""


@dataclass(frozen=True)
class Taken:
    """A network of a run, and how much of the run it has seen.

    Attributes:
        state: its weights.
        pictures: the pictures of this run that it has seen.
        hours: of this run until then; None: unknown.
    """

    state: _State
    pictures: int
    hours: float | None = None


def multiply_adds(network: nn.Module, multiple: int) -> int:
    """Multiply-adds of one forward pass of a 160x240 picture (padding included).

    A transformer layer is counted operation by operation; as one fused operation it would count as
    0.
    """
    fused = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with (
            sdpa_kernel(SDPBackend.MATH),
            FlopCounterMode(display=False) as counter,
            torch.inference_mode(),
        ):
            padded_logits(network, torch.zeros(1, 3, *PUBLISHED_GRID), multiple)
    finally:
        torch.backends.mha.set_fastpath_enabled(fused)
    return counter.get_total_flops() // 2


def publish_run(
    run: Path,
    name: str,
    weights: Path,
    *,
    best: bool = False,
    snapshot: int | None = None,
    full: bool = False,
    overwrite: bool = False,
) -> Config:
    """Write ``weights/name`` from the run folder.

    Args:
        best: publish the network with the best score on validation cars, not the last one.
        snapshot: publish the snapshot after this many pictures of the run.
        full: keep fp32.
        overwrite: replace another run's checkpoint of that name.

    Raises:
        RunError: the run has no such network, or the name is taken or not valid.
    """
    if not (is_plain(name) and len(name) <= LONGEST_NAME):
        raise RunError(f"'{name}' cannot be a checkpoint's name: it {NAME_RULE}.")
    if not (run / FACTS).is_file():
        raise RunError(f"'{run}' holds no finished run: train it to the end first.")
    facts = json.loads((run / FACTS).read_text())
    taken = _take(run, facts, best, snapshot)
    preset = _with_words_of_today(Preset.from_dict(facts["preset"]), name)
    network = build(preset.architecture, **preset.arguments).eval()
    network.load_state_dict(taken.state)
    if not overwrite:
        _check_free(weights / name, hashlib.sha256(packed(network, full=full)).hexdigest())
    area = _area(preset, taken.pictures, on_the_way=snapshot is not None)
    described = _facts(preset, facts, network, taken) | {"area": area}
    config = save_checkpoint(network, weights / name, described, full=full)
    write_history(run, weights / name / "history.csv", facts, taken.pictures)
    write_card(weights / name)
    return config


def _check_free(folder: Path, sha256: str) -> None:
    """Raises RunError if the folder has anything but the checkpoint of these weights."""
    if not folder.exists():
        return
    try:
        same = read_config(folder).sha256 == sha256
    except CheckpointError:
        same = False
    if not same:
        raise RunError(
            f"There is another checkpoint '{folder.name}' already: publish under another name, or "
            "give --replace to overwrite it."
        )


def _take(run: Path, facts: Mapping[str, Any], best: bool, snapshot: int | None) -> Taken:
    if best:
        return _best(_loaded(run, BEST), facts["legs"])
    if snapshot is not None:
        return Taken(_loaded(run, f"{SNAPSHOTS}/{snapshot}.pt"), snapshot)
    before = facts.get("base", {}).get("pictures_seen", 0)
    return Taken(_loaded(run, NETWORK), facts["pictures_seen"] - before, facts.get("hours"))


def _best(checkpoint: Mapping[str, Any], legs: Sequence[int]) -> Taken:
    """Lightning's checkpoint of the best leg; ``legs`` are the pictures seen after each."""
    inside = checkpoint["state_dict"].items()
    state = {k.removeprefix(AVERAGE): v for k, v in inside if k.startswith(AVERAGE)}
    hours = checkpoint["callbacks"].get(CLOCK, {}).get("hours")
    return Taken(state, legs[checkpoint["epoch"]], None if hours is None else round(hours, 2))


def _loaded(run: Path, name: str) -> dict[str, Any]:
    if not (run / name).is_file():
        raise RunError(f"'{run}' has no '{name}'.")
    return torch.load(run / name, map_location="cpu", weights_only=True)


def _with_words_of_today(preset: Preset, name: str) -> Preset:
    """A run's preset with today's title and limits: failures are only known after measuring."""
    today = PRESETS.get(recipe_name(name))
    return (
        replace(preset, **{word: getattr(today, word) for word in DESCRIPTIVE_FIELDS})
        if today
        else preset
    )


def _facts(
    preset: Preset, facts: Mapping[str, Any], network: nn.Module, taken: Taken
) -> dict[str, Any]:
    trained = {**facts, "hours": taken.hours}
    return {
        "title": preset.title,
        "summary": preset.summary,
        "order": preset.order,
        "opens": preset.opens,
        "architecture": preset.architecture,
        "arguments": dict(preset.arguments),
        "mean": facts["mean"],
        "std": facts["std"],
        "pretrained": facts["pretrained"],
        "encoder": facts.get("encoder", {}),
        "data": facts["data"],
        "split_sha256": facts["split_sha256"],
        "preset": facts["preset"],
        "pictures_seen": facts.get("base", {}).get("pictures_seen", 0) + taken.pictures,
        "commit": facts["commit"],
        "trained": {k: trained[k] for k in _RUN if trained.get(k) is not None} | _base(facts),
        "limits": preset.limits,
        "multiply_adds": multiply_adds(network, ARCHITECTURES[preset.architecture].multiple),
    }


def _area(preset: Preset, pictures: int, *, on_the_way: bool) -> int:
    """Pixels of the grid for a network that has seen this many pictures of its run.

    The preset's area was chosen for the network at the end of the run; a snapshot gets the area of
    its phase.
    """
    if preset.area is not None and not on_the_way:
        return preset.area
    ends = accumulate(phase.pictures for phase in preset.phases)
    both = zip(preset.phases, ends, strict=True)
    height, width = next(phase.size for phase, end in both if pictures <= end)
    return height * width


def _base(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The run that it continues, without the curve, which is in history.csv."""
    kept = {k: v for k, v in facts.get("base", {}).items() if k != "history"}
    return {"base": kept} if kept else {}


def history_of(name: str) -> list[dict[str, str]]:
    """The rows of a checkpoint's training curve; empty if it has none."""
    path = weights_dir() / name / "history.csv"
    if not path.is_file():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def log_of(run: Path) -> dict[int, dict[str, str]]:
    """The figures of a run by its legs, over all its calls. Of a repeated leg the last count.

    Those of the run's own curve count most: a killed call may leave Lightning's logs incomplete.
    """
    rows: dict[int, dict[str, str]] = defaultdict(dict)
    for path in sorted(run.glob(f"{LOGS}/*/metrics.csv")):
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                leg = row.pop("epoch", None) or ""
                row.pop("step", None)
                if leg.isdigit():
                    rows[int(leg)] |= {k: v for k, v in row.items() if k and v}
    if (run / CURVE).is_file():
        for number, kept in json.loads((run / CURVE).read_text()).items():
            rows[int(number)] |= {name: str(value) for name, value in kept.items()}
    return {leg: rows[leg] for leg in sorted(rows)}


def write_history(run: Path, target: Path, facts: Mapping[str, Any], until: int) -> None:
    """Lightning's CSV logs to one row per leg: pictures, losses and scores on validation cars.

    ``street_val_dice`` is the Dice on ``carparts-val``. The rows of the checkpoint that the run
    continues come first. A leg that ended after ``until`` pictures of the run is left out.
    """
    base = facts.get("base", {})
    columns = ["pictures", "loss", "val_loss", "val_dice", "val_miou", "street_val_dice"]
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(base.get("history", []))
    for leg, row in log_of(run).items():
        seen = facts["legs"][leg]
        if seen <= until:
            values = {k: f"{float(row[k]):.5f}" for k in columns[1:] if k in row}
            writer.writerow({"pictures": base.get("pictures_seen", 0) + seen} | values)
    write_atomically(target, file.getvalue())


def current_commit() -> str:
    """The commit of the running code, or ``unknown`` outside of a clone."""
    if not (ROOT / ".git").exists():  # an installed wheel may lie within another project's clone
        return "unknown"
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
