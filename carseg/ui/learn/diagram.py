"""A network as an SVG drawn from its traced stages: down, along the bottom, up, and skips across.

A network without a decoder or without skips is drawn by the same rule, as a plain chain.
"""

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from pathlib import Path

import streamlit as st

from carseg.introspect.stages import Skip, Stage
from carseg.ui.learn.diagram_layout import (
    LABEL,
    LOOKS,
    MARGIN,
    StageBox,
    colour_of,
    description,
    layout,
    look_of,
    slab_widths,
    slabs,
    stage_facts,
    turning_point,
    words_of,
)

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "carseg.diagram",
    html=(_HERE / "diagram.html").read_text(encoding="utf-8"),
    css=(_HERE / "diagram.css").read_text(encoding="utf-8"),
    js=(_HERE / "diagram.js").read_text(encoding="utf-8"),
)

HIGHEST, NARROWEST = 600, 0.9
"""The largest height of a drawing in pixels, and how far it may shrink before it scrolls."""


def svg(stages: Sequence[Stage], name: str) -> str:
    """The drawing as SVG text with title and description; stages take hover and focus."""
    boxes, turn = layout(stages), turning_point(stages)
    width = boxes[-1].x + boxes[-1].width + MARGIN
    height = max(box.y + box.height for box in boxes) + MARGIN
    parts = [
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="group" '
        f'aria-labelledby="diagram-title diagram-desc" style="min-width:{NARROWEST * width:.0f}px;'
        f'max-width:{min(1.5, HIGHEST / height) * width:.0f}px">',
        f'<title id="diagram-title">{escape(name)}</title>',
        f'<desc id="diagram-desc">{escape(description(stages))}</desc>',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>',
    ]
    for i, stage in enumerate(stages):
        parts += [_skip(boxes[skip.source], boxes[i], skip) for skip in stage.skips]
    parts += [_step_between(a, b) for a, b in pairwise(boxes)]
    parts += [_stage(i, stages, boxes[i], i <= turn) for i in range(len(stages))]
    return "".join([*parts, "</svg>"])


def _stage(number: int, stages: Sequence[Stage], box: StageBox, going_down: bool) -> str:
    stage = stages[number]
    size = words_of(stage.shape[1:]) if len(stage.shape) == 3 else "vector"
    centre = box.middle[0]
    title, body = stage_facts(stages, number)
    parts = [
        f'<g class="stage" tabindex="0" role="img" data-stage="{number}" '
        f'aria-label="{escape(title)}. {escape(body)}">',
        f'<rect class="hit" x="{box.x - 6:.1f}" y="{box.y - LABEL:.1f}" rx="5" '
        f'width="{box.width + 12:.1f}" height="{box.height + LABEL + 6:.1f}"/>',
        f'<text class="maps" x="{centre:.1f}" y="{box.y - 19:.1f}">{stage.shape[0]:,}</text>',
        f'<text class="size" x="{centre:.1f}" y="{box.y - 5:.1f}">{size}</text>',
    ]
    widths = slab_widths(stage)
    x = centre - sum(widths) / 2
    for step, across in zip(slabs(stage), widths, strict=True):
        parts.append(
            f'<rect class="slab" fill="{colour_of(step, going_down)}" x="{x:.1f}" '
            f'y="{box.y:.1f}" width="{0.85 * across:.1f}" height="{box.height:.1f}" rx="1.5"/>'
        )
        x += across
    return "".join([*parts, "</g>"])


def _skip(start: StageBox, end: StageBox, skip: Skip) -> str:
    y = start.middle[1]
    from_x, to_x = start.x + start.width + 4, end.x - 4
    return (
        f'<path class="skip" stroke="{LOOKS["join"][1]}" marker-end="url(#tip)" '
        f'd="M{from_x:.1f} {y:.1f}H{to_x:.1f}"/>'
        f'<text class="note" x="{(from_x + to_x) / 2:.1f}" y="{y - 5:.1f}">'
        f"{skip.shape[0]} maps skip</text>"
    )


def _step_between(a: StageBox, b: StageBox) -> str:
    if b.y > a.y:
        path = f"M{a.middle[0]:.1f} {a.y + a.height + 3:.1f}V{b.middle[1]:.1f}H{b.x - 4:.1f}"
    else:
        path = f"M{a.x + a.width + 3:.1f} {a.middle[1]:.1f}H{b.middle[0]:.1f}"
        path += f"V{b.y + b.height + 4:.1f}"
    return f'<path class="flow" d="{path}" marker-end="url(#tip)"/>'


def diagram(stages: Sequence[Stage], name: str, key: str) -> None:
    """Show the drawing; hover, focus or a tap on a stage shows its facts below."""
    turn = turning_point(stages)
    used = {look_of(step, i <= turn) for i, s in enumerate(stages) for step in slabs(s)}
    data = {
        "svg": svg(stages, name),
        "facts": [stage_facts(stages, i) for i in range(len(stages))],
        "all": [name, description(stages).partition(". ")[0] + "."],
        "legend": [[colour, words] for name, (words, colour) in LOOKS.items() if name in used],
    }
    _mount(key=key, data=data)
