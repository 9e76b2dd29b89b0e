"""What a model card tells machines: the front matter that the hub reads."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from huggingface_hub import EvalResult, ModelCardData

from carseg.analysis.numbers import DIGITS
from carseg.models import ARCHITECTURES
from carseg.models.checkpoint import Config

SOURCES = {
    "carvana": "carvana-image-masking-challenge",
    "carparts": "car-parts-segmentation",
    "traffic": "camvid",
}
"""What a data set of ours is called where it comes from."""
RULES = "https://www.kaggle.com/c/carvana-image-masking-challenge/rules"
RESEARCH_USE = "research-use-under-carvana-competition-rules"
METRICS = {"dice": ("dice", "Mean Dice"), "iou": ("iou", "Mean IoU")}
"""A column of ``carseg.analysis.frames.summarise`` to the hub's name of it and to ours."""


def front_matter(config: Config, table: pd.DataFrame) -> str:
    """YAML between two lines of dashes.

    Args:
        table: a row per set and grid, as ``carseg.analysis.frames.summarise`` makes it; it may be
            empty.
    """
    results = _results(table)
    network = config.architecture in ARCHITECTURES
    brought = config.kind == "brought"
    data = ModelCardData(
        # A network is for research use, by the rules of what it learned from.
        license="other" if network or brought else "mit",
        license_name=RESEARCH_USE if network else "as-its-source-states" if brought else None,
        license_link=RULES if network else None,
        library_name="carseg",
        pipeline_tag="image-segmentation",
        tags=["image-segmentation", "car", "pytorch"],
        datasets=[SOURCES.get(name, name) for name in learned_from(config)] or None,
        metrics=[name for name, _ in METRICS.values()] if results else None,
        base_model=_base_model(config),
        eval_results=results or None,
        model_name=config.name,
    )
    return f"---\n{data.to_yaml()}\n---"


def learned_from(config: Config) -> list[str]:
    """The data sets that a run and those before it learned from, each once, by name."""
    return sorted(_learned(config.preset, config.trained))


def _learned(preset: Mapping[str, Any], trained: Mapping[str, Any]) -> set[str]:
    own = {stream["dataset"] for stream in preset.get("streams", ()) if "dataset" in stream}
    base = trained.get("base")
    return own | _learned(base.get("preset", {}), base.get("trained", {})) if base else own


def _base_model(config: Config) -> str | None:
    """The checkpoint that it went on from; none where that was an earlier one of its own."""
    name = config.trained.get("base", {}).get("name")
    return None if name == config.name else name


def _results(table: pd.DataFrame) -> list[EvalResult]:
    return [
        EvalResult(
            task_type="image-segmentation",
            dataset_type=row.set,
            dataset_name=f"{row.set}, {row.grid}",
            dataset_config=row.grid,
            metric_type=kind,
            metric_name=title,
            metric_value=round(float(getattr(row, column)), DIGITS),
        )
        for row in _rows(table)
        for column, (kind, title) in METRICS.items()
    ]


def _rows(table: pd.DataFrame) -> Iterable[Any]:
    return table.itertuples(index=False)
