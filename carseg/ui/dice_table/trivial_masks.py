"""Sentences around the table: the scores of trivial masks, and how many pictures are enough."""

import math
from collections.abc import Iterable

import pandas as pd

from carseg.analysis.boards import STREET, STUDIO, Benchmark
from carseg.analysis.studio_street import HEADLINE_SETS
from carseg.stats import FEWEST
from carseg.ui.shared import sentences
from carseg.ui.shared.markdown import plain

CEILING = "baseline-ceiling-"
AIM = 0.01
"""The wanted width of an interval."""
RULE = (
    "As a rule of thumb, 100 to 200 pictures that share nothing give that width where the Dice of "
    "pictures spreads by 0.03 (arXiv 2307.10926)."
)
NOT_MEASURED = (
    "**What would a trivial mask get?** Not measured here: `carseg baselines --data "
    "CARVANA` makes the mean mask, `carseg evaluate --data DIR --set street-photo "
    "--baselines --save` measures it, the empty mask and the ceilings."
)


def trivial(rows: pd.DataFrame) -> str:
    """The scores of masks that need no network, from ``side_by_side`` with titles; Markdown."""
    by_model = rows[rows["kind"] == "baseline"].set_index("model")
    notes = []
    if scored := _scored(by_model, "baseline-mean"):
        notes.append(f"The mean mask of the training cars, the same every time, gets {scored}")
    if scored := _scored(by_model, "baseline-empty"):
        notes.append(f"An empty mask gets {scored}: it finds nothing")
    for name in (name for name in by_model.index if name.startswith(CEILING)):
        # On the studio's own grid a ceiling is always 1, so it is left out.
        if scored := _scored(by_model, name, ["street", "web"]):
            grid = name.removeprefix(CEILING)
            notes.append(f"A perfect mask on a {grid} grid gets {scored}, the most it can hold")
    if not notes:
        return NOT_MEASURED
    text = ". ".join([*notes, *_below(rows, by_model)])
    return f"**What would a trivial mask get?** {text}."


def _scored(by_model: pd.DataFrame, name: str, sides: Iterable[str] = tuple(HEADLINE_SETS)) -> str:
    """'0.7431 in the studio and 0.6469 on street-photo'; '' if there are no scores on either."""
    if name not in by_model.index:
        return ""
    dice = by_model.loc[name]
    parts = [
        f"{f'{dice[side]:.3f}' if dice[side] else 0} {sentences.where(HEADLINE_SETS[side])}"
        for side in sides
        if not pd.isna(dice[side])
    ]
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def _below(rows: pd.DataFrame, by_model: pd.DataFrame) -> list[str]:
    """The models that score less than the mean mask, a clause per set."""
    if "baseline-mean" not in by_model.index:
        return []
    models = rows[rows["kind"] != "baseline"]
    clauses = []
    for side, benchmark in HEADLINE_SETS.items():
        worse = models.loc[models[side] < by_model.loc["baseline-mean", side], "title"]
        if len(worse):
            listed = "; ".join(plain(title) for title in worse)
            clauses.append(f"Below the mean mask {sentences.where(benchmark)}: {listed}")
    return clauses


def enough(table: pd.DataFrame) -> str:
    """The width of the intervals, and the pictures needed to make them ``AIM`` wide; Markdown.

    ``table`` is ``summarise`` of models with their titles; '' where it has no interval on the
    headline sets.
    """
    clauses = [clause for benchmark in (STREET, STUDIO) if (clause := _width(table, benchmark))]
    if not clauses:
        return ""
    return f"**How many pictures are enough?** {' '.join(clauses)} {RULE}"


def _width(table: pd.DataFrame, benchmark: Benchmark) -> str:
    """The narrowest and the widest interval of a set, and the pictures needed for the aim."""
    rows = table[(table["set"] == benchmark.set) & (table["grid"] == benchmark.grid)]
    rows = rows.assign(width=rows["high"] - rows["low"]).dropna(subset=["width"])
    rows = rows.sort_values("width", kind="stable")
    if rows.empty:
        return ""
    first, last = rows.iloc[0], rows.iloc[-1]
    here = sentences.evidence(int(last["n"]), int(last["clusters"]), benchmark)
    said = f"{sentences.where(benchmark)} {here} leave intervals {first['width']:.4f}"
    if len(rows) > 1:
        said += f" ({plain(first['title'])}) to {last['width']:.4f} ({plain(last['title'])})"
    said += " wide"
    if last["width"] <= AIM:
        return sentences.sentence([f"{said}: enough to tell {AIM:g} apart"])
    unit = "car" if benchmark == STUDIO else "scene"
    takes = sentences.counted(needed(int(last["clusters"]), last["width"]), unit)
    return sentences.sentence(
        [f"{said}: for {AIM:g} the widest would take about {takes} like these"]
    )


def needed(clusters: int, width: float, aim: float = AIM) -> int:
    """Clusters like these for an interval ``aim`` wide, two digits; it narrows with their root."""
    exact = clusters * (width / aim) ** 2
    digits = max(0, math.floor(math.log10(exact)) - 1) if exact >= 1 else 0
    return max(FEWEST, math.ceil(exact / 10**digits) * 10**digits)
