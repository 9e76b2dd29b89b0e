"""The model card: a README with front matter for a hub, made from config and scores."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from carseg.analysis.car_free import car_free_table, with_car
from carseg.analysis.card_data import front_matter, learned_from
from carseg.analysis.frames import interval_of, per_picture, summarise
from carseg.analysis.numbers import dice, mean, percent
from carseg.analysis.recipes import phases
from carseg.analysis.ways import same_way
from carseg.core.atomic import write_atomically
from carseg.models import ARCHITECTURES
from carseg.models.checkpoint import Config, hours_of, read_config
from carseg.results import ScoreSet, read_scores

CARD_FILE = "README.md"


def write_card(folder: Path) -> Path:
    """Write the card of a checkpoint folder; returns its path.

    Raises:
        CheckpointError: the folder is not a checkpoint.
    """
    path = folder / CARD_FILE
    write_atomically(path, card_text(read_config(folder), read_scores(folder)))
    return path


def card_text(config: Config, scores: Sequence[ScoreSet]) -> str:
    """The card as Markdown."""
    own, _ = same_way(scores, {config.name} if config.kind == "brought" else ())
    pictures = per_picture(own)
    table = summarise(with_car(pictures))
    return "\n".join(
        [
            front_matter(config, table),
            "",
            f"# {config.title}",
            "",
            config.summary,
            "",
            *_about(config),
            "",
            "## Scores",
            "",
            *_scores(pictures, table),
            "",
            *_limits(config.limits),
            "## Licence",
            "",
            _licence(config),
            "",
        ]
    )


_LICENCE = """\
The code is MIT. The weights are for research use: they learned from Carvana's pictures, which come
with the rules of Kaggle's competition. NOTICE names every source."""
_LICENCE_WITH_PHOTOGRAPHS = """\
The code is MIT. The weights are for research use: they learned from Carvana's pictures, which come
with the rules of Kaggle's competition, and from street photographs for which no licence is stated.
NOTICE names these and every other source."""
_PHOTOGRAPHS = {"carparts", "street", "traffic"}
"""Data sets of photographs for which no licence is stated, or one for research only."""
_LICENCE_OF_BASELINE = """\
The code is MIT. Data sets come with terms of their own: NOTICE names every source."""


def _about(config: Config) -> list[str]:
    if config.kind == "baseline":
        return ["It is not a network but a baseline, for comparison."]
    if config.kind == "brought":
        return _brought(config)
    recipe = "The whole recipe is in `config.json`, the curve in `history.csv`."
    return [*_table({"": ""} | _facts(config)), "", recipe]


def _brought(config: Config) -> list[str]:
    use = config.arguments
    size = use.get("size")
    facts = {
        "": "",
        "what it is": "an ONNX graph that was brought: trained elsewhere, not by this project",
        "source": use.get("source", ""),
        "input": f"{size[0]}x{size[1]}" if size else f"about {config.area:,} pixels",
        "normalisation": f"mean {list(config.mean)}, spread {list(config.std)}",
        "output": f"{config.classes} channels, {use.get('activation', '')}; the car is "
        f"{config.car or 0}",
        "parameters": f"{config.parameters:,}",
        "graph": _graph(config),
    }
    return [*_table(facts), "", "How it is used is in `config.json`; edit it if that is wrong."]


def _graph(config: Config) -> str:
    if config.scores_only:
        size = f"{config.bytes / 1e6:.0f} MB"
        return f"not shipped, only its scores ({size}, SHA-256 `{config.sha256}`)"
    return f"`{config.weights_file}`, SHA-256 `{config.sha256}`"


def _limits(limits: Sequence[str]) -> list[str]:
    return ["## Limits", "", *(f"- {limit}" for limit in limits), ""] if limits else []


def _licence(config: Config) -> str:
    if config.kind == "baseline":
        return _LICENCE_OF_BASELINE
    if config.kind == "brought":
        return f"The graph is not ours: {config.arguments.get('licence', 'not stated')}."
    learned = set(learned_from(config))
    return _LICENCE_WITH_PHOTOGRAPHS if learned & _PHOTOGRAPHS else _LICENCE


def _facts(config: Config) -> dict[str, str]:
    weights = f"safetensors (kernels fp16, vectors fp32), SHA-256 `{config.sha256}`"
    if config.scores_only:
        weights = f"not kept: a control (SHA-256 was `{config.sha256}`)"
    return {
        "architecture": f"{ARCHITECTURES[config.architecture].title} (`{config.architecture}`)",
        "parameters": f"{config.parameters:,}",
        "multiply-adds": f"{config.multiply_adds / 1e9:.1f} billion at 160x240",
        "pretrained": config.pretrained,
        "data": config.data,
        "split (SHA-256 of the picture ids)": f"`{config.split_sha256}`",
        "views": _views(config.preset),
        "teacher": _teacher(config.preset),
        "loss, peak learning rate": _rate(config.preset),
        "sizes": ", then ".join(phases(config)),
        "pictures seen": f"{config.pictures_seen:,}",
        "went on from": _base(config.trained),
        "trained": _time(config.trained),
        "code": f"commit `{config.commit}`",
        "weights": weights,
    }


def _teacher(preset: Mapping[str, Any]) -> str:
    taught = preset.get("teaching")
    if not taught:
        return ""
    share, views = f"{taught['share']:.0%}", f"{taught['views']:,}"
    return f"`{taught['teacher']}`: {share} of what is learned, {views} views"


def _views(preset: Mapping[str, Any]) -> str:
    streams = preset.get("streams", ())
    return ", ".join(
        f"{s['dataset']} with `{s['augmentation']}`"
        + (f" x{s['repeat']}" if s["repeat"] > 1 else "")
        for s in streams
    )


def _rate(preset: Mapping[str, Any]) -> str:
    if "learning_rate" not in preset:
        return ""
    frozen = f"; frozen: {', '.join(preset['frozen'])}" if preset.get("frozen") else ""
    return f"{preset.get('loss')}, {preset['learning_rate']:g}{frozen}"


def _base(trained: Mapping[str, Any]) -> str:
    base = trained.get("base", {})
    seen = f"{base.get('pictures_seen', 0):,}"
    return f"`{base['name']}`, after {seen} pictures" if "name" in base else ""


def _time(trained: Mapping[str, Any]) -> str:
    if "hardware" not in trained:
        return ""
    hours = hours_of(trained)
    spent = "" if hours is None else f"{hours:.1f} hours "
    return (
        f"{trained.get('date', '')}, {spent}on {trained['hardware']}, "
        f"{trained.get('precision', '')}, seed {trained.get('seed', 0)}"
    )


def _scores(pictures: pd.DataFrame, table: pd.DataFrame) -> list[str]:
    if pictures.empty:
        return ["Not measured yet."]
    lines = [
        "| set | size | pictures | mean Dice, 95 % interval | IoU |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in table.itertuples():
        said = mean(row.dice, interval_of(row))
        lines.append(f"| {row.set} | {row.grid} | {row.n} | {said} | {dice(row.iou)} |")
    lines += [
        f"\nOf {row.n} pictures without a car it calls {percent(row.area)} car, and more than 1 % "
        f"of {percent(row.much, 0)} of them."
        for row in car_free_table(pictures).itertuples()
    ]
    return [*lines, "", "Counts per picture are in `scores/`."]


def _table(lines: Mapping[str, str]) -> list[str]:
    rows = [f"| {label} | {text} |" for label, text in lines.items() if text or not label]
    return [rows[0], "| --- | --- |", *rows[1:]]
