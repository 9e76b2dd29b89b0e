"""Position, look and description of the parts of a drawn network."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from carseg.introspect.stages import JOIN, PICTURE, UPSAMPLE, Stage, TracedLayer
from carseg.ui.shared.charts import BLUE, GREEN, GREY, ORANGE, PINK

CROSS = "\u00d7"
TALLEST, SHORTEST, _SHRINK = 104, 14, 0.62
LABEL, BETWEEN, MARGIN = 35, 28, 14
NARROW, BROAD, _GAP = 46.0, 100.0, 2.0
YELLOW = "#F0E442"
LOOKS = {
    "picture": ("the picture", GREY),
    "down": ("convolution on the way down", BLUE),
    "up": ("convolution on the way up", ORANGE),
    "raise": ("makes the map larger", PINK),
    "join": ("a skip arrives", GREEN),
    "other": ("transformer or linear layer", YELLOW),
    "pool": ("pooling alone", "transparent"),
}
"""The looks of slabs: words and colour. The hues are those of Okabe and Ito, for all colour
visions."""


@dataclass(frozen=True)
class StageBox:
    """The box of a stage in the drawing: left, top, width and height."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        """(x, y)."""
        return self.x + self.width / 2, self.y + self.height / 2


def layout(stages: Sequence[Stage]) -> list[StageBox]:
    """A box per stage: one column after the other, rows by resolution."""
    deepest = max(stage.level for stage in stages)
    heights = [max(SHORTEST, TALLEST * _SHRINK**level) for level in range(deepest + 1)]
    boxes, x = [], float(MARGIN)
    for stage in stages:
        y = MARGIN + LABEL + sum(heights[: stage.level]) + stage.level * (LABEL + 14)
        width = max(NARROW, sum(slab_widths(stage)))
        boxes.append(StageBox(x, y, width, heights[stage.level]))
        x += width + BETWEEN
    return boxes


def slabs(stage: Stage) -> list[TracedLayer]:
    """The steps of a stage that are drawn: those that make or join maps, else the last."""
    drawn = [step for step in stage.steps if look_of(step, True) not in ("", "pool")]
    return drawn or stage.steps[-1:]


def look_of(step: TracedLayer, going_down: bool) -> str:
    """The look of a layer, a key of ``LOOKS``; '' if it is not drawn."""
    fixed = {PICTURE: "picture", JOIN: "join", UPSAMPLE: "raise", "ConvTranspose2d": "raise"}
    if step.kind in fixed:
        return fixed[step.kind]
    if step.kind.startswith("Conv"):
        return "down" if going_down else "up"
    if "Pool" in step.kind:
        return "pool"
    return "other" if step.parameters and "Norm" not in step.kind else ""


def colour_of(step: TracedLayer, going_down: bool) -> str:
    """CSS colour of a layer's slab; layers that are not drawn have none."""
    return LOOKS.get(look_of(step, going_down), LOOKS["pool"])[1]


def slab_widths(stage: Stage) -> list[float]:
    """The width of each slab of a stage, with the gap after it: the logarithm of its maps.

    Many slabs are squeezed into ``BROAD``.
    """
    widths = [2 + 1.5 * math.log2(max(2, step.shape[0])) + _GAP for step in slabs(stage)]
    squeeze = min(1.0, BROAD / sum(widths))
    return [squeeze * width for width in widths]


def turning_point(stages: Sequence[Stage]) -> int:
    """The number of the coarsest stage: from there on the network goes up."""
    return max(range(len(stages)), key=lambda i: (stages[i].level, -i))


def words_of(size: Sequence[int]) -> str:
    """(160, 240) joined by the multiplication sign."""
    return CROSS.join(str(side) for side in size)


def stage_facts(stages: Sequence[Stage], number: int) -> tuple[str, str]:
    """Title and one line about a stage: tensor, parameters, layers."""
    stage, turn = stages[number], turning_point(stages)
    side = "On the way down" if number < turn else "The bottom" if number == turn else "Going up"
    if len(stage.shape) == 3:
        what = f"{stage.shape[0]:,} map{'s' * (stage.shape[0] > 1)} of {words_of(stage.shape[1:])}"
    else:
        what = f"{stage.shape[0]:,} values"
    kinds = Counter(step.kind for step in stage.steps)
    kinds.pop(PICTURE, None)
    layers = ", ".join(f"{n} {kind}" for kind, n in kinds.items()) or "the picture itself"
    share = stage.parameters / max(1, sum(s.parameters for s in stages))
    skips = [f"A skip of {words_of(skip.shape)} arrives. " for skip in stage.skips]
    numbers = f"{stage.parameters:,} parameters ({share:.1%} of all)"
    return f"{side}: {what}", f"{''.join(skips)}{numbers}. {layers}."


def description(stages: Sequence[Stage]) -> str:
    """The whole drawing in one or two sentences."""
    path = ", ".join(words_of(stage.shape) for stage in stages)
    skips = sum(len(stage.skips) for stage in stages)
    total = sum(stage.parameters for stage in stages)
    return (
        f"{len(stages)} stages with {total:,} parameters and {skips or 'no'} skip "
        f"connection{'' if skips == 1 else 's'}. What leaves each stage (maps {CROSS} height "
        f"{CROSS} width): {path}."
    )
