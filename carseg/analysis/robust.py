"""Studio scores against street scores: the path of a training, and who leaves it."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from carseg.analysis.boards import STREET, STUDIO, Place
from carseg.results.scores import ScoreSet, read_scores
from carseg.stats import Line, effective_robustness, fit_line

PATH = "path"
"""The folder of a checkpoint that holds the scores of its snapshots, each named by its count."""

PATH_COLUMNS = ["seen", "studio", "street"]


def training_path(folder: Path, problems: list[str] | None = None) -> pd.DataFrame:
    """Mean studio and street Dice along a training, from ``folder/path/<pictures seen>/scores``.

    Snapshots that were not measured on both ``STUDIO`` and ``STREET`` are left out.

    Args:
        folder: of the checkpoint.
        problems: takes a sentence per broken file.

    Returns:
        seen (pictures), studio and street (mean Dice 0..1), in the order of training; empty where
        there are none.
    """
    inside = Path(folder) / PATH
    steps = [p for p in inside.iterdir() if p.name.isdigit()] if inside.is_dir() else []
    rows = []
    for step in sorted(steps, key=lambda p: int(p.name)):
        means = {Place(s.set, s.grid): _mean(s) for s in read_scores(step, problems)}
        if STUDIO in means and STREET in means:
            rows.append((int(step.name), means[STUDIO], means[STREET]))
    return pd.DataFrame(rows, columns=PATH_COLUMNS)


def _mean(scores: ScoreSet) -> float:
    return sum(picture.counts.dice for picture in scores.pictures) / len(scores.pictures)


def line_of(path: pd.DataFrame) -> Line | None:
    """The baseline through a ``training_path``; None where it has too few different points."""
    try:
        return fit_line(path["studio"], path["street"])
    except ValueError:
        return None


def robustness(points: Mapping[str, tuple[float, float]], line: Line) -> pd.DataFrame:
    """Effective robustness of models from their mean (studio, street) Dice, the highest first.

    Returns:
        model, expected (street Dice on the line), dice and logit (how much more there is), and
        whether the line had to be extended (``extrapolated``).
    """
    rows = []
    for model, (studio, street) in points.items():
        found = effective_robustness(line, studio, street)
        rows.append((model, found.expected, found.dice, found.logit, found.extrapolated))
    table = pd.DataFrame(rows, columns=["model", "expected", "dice", "logit", "extrapolated"])
    return table.sort_values("logit", ascending=False, kind="stable", ignore_index=True)
