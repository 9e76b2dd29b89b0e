"""Studio and street side by side: means, the gap between them, the sixteen studio angles."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from carseg.analysis.boards import STREET, STUDIO, WEB, Benchmark, measured_at
from carseg.analysis.recipes import presets_of, training_views
from carseg.models.checkpoint import Config
from carseg.results.scores import ScoreSet, read_scores
from carseg.stats import (
    BaselineLine,
    Gap,
    Sample,
    effective_robustness,
    ends,
    fit_line,
    mean_gap,
    mean_interval,
    terciles,
)

HEADLINE_SETS = {"studio": STUDIO, "street": STREET, "web": WEB}
"""The three headline means, in the order of columns."""

SIDE_VIEWS = (4, 5, 6, 12, 13, 14)
"""Carvana's angles within 22.5 degrees of a view straight from the side."""

ANGLES = 16

STUDIO_STREET_COLUMNS = [
    "model",
    "kind",
    *(c for s in HEADLINE_SETS for c in (s, f"{s}_low", f"{s}_high")),
]
STUDIO_STREET_COLUMNS += ["gap", "gap_low", "gap_high", "seen", "pretrained", "augmentation"]
PATH = "path"
"""A checkpoint's folder for the scores of its snapshots, each named by its pictures seen."""
PATH_COLUMNS = ["seen", "studio", "street"]


def side_by_side(
    pictures: pd.DataFrame, table: pd.DataFrame, configs: Mapping[str, Config]
) -> pd.DataFrame:
    """One row per model that was measured on one of ``HEADLINE_SETS``; known models come first.

    Args:
        pictures: ``per_picture``.
        table: ``summarise`` of it.
        configs: the configs of the models, by name.

    Returns:
        ``STUDIO_STREET_COLUMNS``: kind is network, control or baseline; numbers that were not
        measured are NaN; ``seen`` counts training pictures.
    """
    rows = {name: _means(table, benchmark) for name, benchmark in HEADLINE_SETS.items()}
    measured = {model for means in rows.values() for model in means}
    order = [*configs, *sorted(measured - set(configs))]
    found = []
    for model in (name for name in order if name in measured):
        line: dict[str, Any] = {"model": model, "kind": kind(model, configs)}
        for side, means in rows.items():
            line |= dict(
                zip((side, f"{side}_low", f"{side}_high"), means.get(model, ()), strict=False)
            )
        found.append(line | _gap_columns(gap(pictures, model)) | _training(configs.get(model)))
    return pd.DataFrame(found, columns=STUDIO_STREET_COLUMNS)


def kind(model: str, configs: Mapping[str, Config]) -> str:
    """``Config.kind`` of a model; one whose config is gone counts as a network."""
    return configs[model].kind if model in configs else "network"


def _means(table: pd.DataFrame, benchmark: Benchmark) -> dict[str, tuple[float, float, float]]:
    rows = table[(table["set"] == benchmark.set) & (table["grid"] == benchmark.grid)]
    return {row.model: (row.dice, row.low, row.high) for row in rows.itertuples()}


def _training(config: Config | None) -> dict[str, Any]:
    if config is None:
        return {}
    words = training_views(presets_of(config)[-1])
    return {"seen": config.pictures_seen, "pretrained": config.pretrained, "augmentation": words}


def _gap_columns(found: Gap | None) -> dict[str, float]:
    if found is None:
        return {}
    low, high = ends(found.interval)
    return {"gap": found.difference, "gap_low": low, "gap_high": high}


def gap(pictures: pd.DataFrame, model: str, within: str = "") -> Gap | None:
    """Studio mean less street mean of a model (``mean_gap``); None if one of the two is missing.

    Args:
        pictures: ``per_picture``.
        model: its name.
        within: '' for all pictures. 'side views': only side views of the studio, because the
            street pictures are mostly side views. 'car size': within thirds of the car's share of
            the picture, cut at the thirds of the street pictures.
    """
    own = pictures[pictures["model"] == model]
    studio, street = measured_at(own, STUDIO), measured_at(own, STREET)
    if within == "side views":
        studio = studio[studio["picture"].map(angle).isin(SIDE_VIEWS)]
    if studio.empty or street.empty:
        return None
    strata: list[Any] = [None, None]
    if within == "car size":
        shares = [car_share(part) for part in (studio, street)]
        strata = [terciles(share, of=shares[1]) for share in shares]
    samples = [
        Sample(part["dice"].to_numpy(), part["group"].tolist(), labels)
        for part, labels in zip((studio, street), strata, strict=True)
    ]
    try:
        return mean_gap(*samples)
    except ValueError:  # the two sets have no third of car size in common
        return None


def car_share(pictures: pd.DataFrame) -> pd.Series:
    """The true car's share of each picture, 0..1."""
    car = pictures["tp"] + pictures["fn"]
    return car / (car + pictures["fp"] + pictures["tn"])


def angle(picture: str) -> int | None:
    """Carvana's angle of a picture id ``<car>_<01..16>``; None for any other id.

    1 is the front, 5 the left side, 9 the rear.
    """
    car, _, number = picture.rpartition("_")
    if not (car and len(number) == 2 and number.isdigit() and 1 <= int(number) <= ANGLES):
        return None
    return int(number)


def by_angle(pictures: pd.DataFrame, benchmark: Benchmark) -> pd.DataFrame:
    """Mean Dice of every model at every Carvana angle.

    Returns:
        model, angle (1..16), n, dice, low and high (95 %, each picture a car of its own; NaN below
        five).
    """
    rows = measured_at(pictures, benchmark)
    rows = rows.assign(angle=rows["picture"].map(angle)).dropna(subset=["angle"])
    found = []
    for (model, number), part in rows.groupby(["model", "angle"]):
        interval = mean_interval(part["dice"].to_numpy(), clusters=part["group"].tolist())
        found.append((model, int(number), len(part), part["dice"].mean(), *ends(interval)))
    return pd.DataFrame(found, columns=["model", "angle", "n", "dice", "low", "high"])


def training_path(folder: Path, problems: list[str] | None = None) -> pd.DataFrame:
    """Mean studio and street Dice along a training, from ``folder/path/<pictures seen>/scores``.

    Snapshots without scores on both ``STUDIO`` and ``STREET`` are left out.

    Args:
        folder: of the checkpoint.
        problems: a sentence per broken file is appended to it.

    Returns:
        seen (pictures), studio and street (mean Dice 0..1), in the order of training; empty if
        there are none.
    """
    inside = Path(folder) / PATH
    steps = [p for p in inside.iterdir() if p.name.isdigit()] if inside.is_dir() else []
    rows = []
    for step in sorted(steps, key=lambda p: int(p.name)):
        means = {Benchmark(s.set, s.grid): _mean(s) for s in read_scores(step, problems)}
        if STUDIO in means and STREET in means:
            rows.append((int(step.name), means[STUDIO], means[STREET]))
    return pd.DataFrame(rows, columns=PATH_COLUMNS)


def _mean(scores: ScoreSet) -> float:
    return sum(picture.counts.dice for picture in scores.pictures) / len(scores.pictures)


def line_of(path: pd.DataFrame) -> BaselineLine | None:
    """The baseline through a ``training_path``; None if it has too few different points."""
    try:
        return fit_line(path["studio"], path["street"])
    except ValueError:
        return None


def robustness(points: Mapping[str, tuple[float, float]], line: BaselineLine) -> pd.DataFrame:
    """Effective robustness of models from their mean (studio, street) Dice, the highest first.

    Returns:
        model, expected (street Dice on the line), dice and logit (how much higher the model is),
        and ``extrapolated`` (whether the line had to be extended).
    """
    rows = []
    for model, (studio, street) in points.items():
        found = effective_robustness(line, studio, street)
        rows.append((model, found.expected, found.dice, found.logit, found.extrapolated))
    table = pd.DataFrame(rows, columns=["model", "expected", "dice", "logit", "extrapolated"])
    return table.sort_values("logit", ascending=False, kind="stable", ignore_index=True)
