"""Receptive field: how far a place sees after each stage, measured on the real layers."""

import numpy as np
import pandas as pd
import streamlit as st

from carseg.compositing.views import hex_colour
from carseg.imaging.grid import Size, padding_to
from carseg.inference.predictor import fingerprint
from carseg.introspect.features import Influence, influence
from carseg.introspect.receptive_field import ReceptiveField, receptive_field_of, unbounded_size
from carseg.introspect.stages import TracedLayer
from carseg.models.checkpoint import CheckpointError
from carseg.ui.learn import examples, networks, small_pictures
from carseg.ui.learn.diagram_layout import CROSS, turning_point, words_of
from carseg.ui.learn.examples import Example
from carseg.ui.learn.networks import Design
from carseg.ui.learn.papers import cite
from carseg.ui.learn.small_pictures import Panel
from carseg.ui.shared import state
from carseg.ui.shared.charts import MARKS
from carseg.ui.shared.legend import legend
from carseg.ui.shared.links import LINKED
from carseg.ui.shared.markdown import shown

At = tuple[float, float]
"""(down, across) in fractions of a picture's height and width."""


def effective(example: Example, model: str, at: At) -> None:
    """The gradient through the trained weights, computed on request."""
    config = state.current_shelf().configs[model]
    words, figure = small_pictures.halves()
    with words:
        wanted = st.toggle("What it really uses", key="field-run", **LINKED)
        st.caption(
            "The gradient of the answer at this place, sent back through the trained weights. Most "
            "of the field hardly counts (Luo et al.). Every new place needs another run of the "
            "network."
        )
    if not wanted:
        return
    try:
        with figure, st.spinner("There and back through the network ...", show_time=True):
            found = _gradient(example, model, fingerprint(config), at)
    except CheckpointError as error:
        st.error(shown(str(error)))
        return
    with figure:
        small_pictures.show(
            Panel(
                small_pictures.magnified(small_pictures.heat_picture(found.gradient**0.5)),
                f"Gradient of the answer ({found.probability:.0%} car) over the picture at "
                f"{words_of(found.gradient.shape)}; its square root, dark 0, yellow the largest. "
                f"Half of it all comes from {half_within(found.gradient):.2%} of the pixels.",
                f"A heat map of what the output pixel of {config.title} depends on, brightest "
                "around the place.",
            )
        )


def half_within(gradient: np.ndarray) -> float:
    """The smallest share of pixels that holds half of a gradient (h, w), 0..1."""
    ranked = np.sort(gradient.ravel())[::-1].astype(np.float64).cumsum()
    return float((np.searchsorted(ranked, ranked[-1] / 2) + 1) / ranked.size)


def _gradient(example: Example, model: str, version: str, at: At) -> Influence:
    """``features.influence``, cached by checkpoint (its ``fingerprint``), picture and place."""
    shop = state.workshop()
    key = ("influence", shop.predictor.device.kind, model, version, example.photo.id, at)
    rgb = shop.decoded(example.photo).rgb
    return shop.store.get_or_make(key, lambda: influence(shop.predictor, rgb, model, at))


@st.cache_data(show_spinner=False, max_entries=1024)
def _receptive_fields(
    design: Design, grid: Size, at: At, step: TracedLayer
) -> tuple[ReceptiveField, Size | None]:
    """The field of a place of a layer's map on ``grid``: cut at the border, and without borders.

    ``step`` is a named layer of the design's trace, or the last one for the output.
    """
    left, right, top, bottom = padding_to(grid, design.multiple)
    padded = grid[0] + top + bottom, grid[1] + left + right
    starts, sides = (top, left), step.shape[1:]
    row, column = (
        min(int((start + f * side) * small / whole), small - 1)
        for start, f, side, whole, small in zip(starts, at, grid, padded, sides, strict=True)
    )
    bare, place = networks.bare(design), (row, column)
    found = receptive_field_of(bare, padded, place, step.name)
    rows = [min(max(row - top, 0), grid[0]) for row in found[:2]]
    columns = [min(max(column - left, 0), grid[1]) for column in found[2:]]
    shrunk = round(padded[0] / sides[0])
    return ReceptiveField(*rows, *columns), unbounded_size(bare, place, step.name, shrunk)


def last_layers(design: Design, grid: Size) -> list[TracedLayer]:
    """The last layer of each stage down to the bottom, and that of the output."""
    stages = networks.stages_of(design, grid)
    down = [*stages[: turning_point(stages) + 1], stages[-1]]
    last = [[s for s in stage.steps if s.name and len(s.shape) == 3] for stage in down]
    return [steps[-1] for steps in last if steps]


def _field_words(size: Size | None) -> str:
    """A field in words."""
    return words_of(size) if size else "everything"


def boxes(example: Example, design: Design, at: At) -> None:
    """The picture with a frame for the field of the place after each stage."""
    grid, (height, width) = design.grid(example.size), example.size
    image, entries = example.rgb, []
    for number, step in enumerate(last_layers(design, grid)):
        box, free = _receptive_fields(design, grid, at, step)
        colour = hex_colour(MARKS[number % len(MARKS)][0])
        image = small_pictures.framed(image, frame(box, grid, example.size, number), colour=colour)
        maps = f"{step.shape[0]:,} maps of {words_of(step.shape[1:])}"
        what = "the answer" if step.shape[0] == 1 else maps
        entries.append((colour, f"{what}: {_field_words(free)}"))
    y, x = round(at[0] * (height - 1)), round(at[1] * (width - 1))
    image = small_pictures.framed(image, (y - 3, y + 4, x - 3, x + 4), colour=(255, 255, 255))
    words = "; ".join(text for _, text in entries)
    small_pictures.show(
        Panel(
            image,
            "What the place in the small white frame depends on, stage by stage",
            f"{example.title} with growing frames around one place: {words}.",
        )
    )
    legend(entries)
    st.caption(
        f"For each stage: the size of its output maps, and the pixels that one place sees, both "
        f"as height {CROSS} width. The picture has {words_of(grid)} here."
    )


def frame(box: ReceptiveField, grid: Size, size: Size, number: int) -> tuple[int, int, int, int]:
    """A box on the network's grid as a frame on the picture; frames at the border move inwards."""
    (top, bottom), (left, right) = (
        (round(low * side / cells), round(high * side / cells))
        for low, high, side, cells in zip(box[::2], box[1::2], size, grid, strict=True)
    )
    step = 3 * number
    return (
        top or step,
        bottom if bottom < size[0] else bottom - step,
        left or step,
        right if right < size[1] else right - step,
    )


def fields_of(known: dict[str, Design], size: Size, at: At) -> pd.DataFrame:
    """A row per network: how far its output sees."""
    rows = []
    for design in known.values():
        grid = design.grid(size)
        box, free = _receptive_fields(design, grid, at, last_layers(design, grid)[-1])
        rows.append(
            {
                "Network": design.title,
                "Sees the picture at": words_of(grid),
                "One output pixel sees": _field_words(free),
                "Of this picture": box.size[0] * box.size[1] / (grid[0] * grid[1]),
            }
        )
    return pd.DataFrame(rows)


def draw() -> None:
    """The chapter."""
    known = networks.designs()
    words, figure = small_pictures.halves()
    with words:
        st.markdown(
            "A 3x3 convolution sees three pixels across; two in a row see five. Every halving of "
            "the map doubles the pixels that each further layer adds. The **receptive field** of a "
            "place is the part of the picture that it can depend on. If it is smaller than a car, "
            "the network judges a piece of metal without seeing the car."
        )
        example = examples.choose_example()
        model = networks.choose_model()
        design = networks.of_model(model) if model else networks.choose_design(known)
        left, right = st.columns(2)
        at = (
            left.slider("Down, %", 0, 100, 55, key="field-down", **LINKED) / 100,
            right.slider("Across, %", 0, 100, 50, key="field-right", **LINKED) / 100,
        )
        st.caption(
            "Measured on the real layers: the network is built, its weights are replaced by equal "
            "positive ones on a single map (a maximum becomes a mean), and the gradient of one "
            "place is sent back to the picture. The place depends on a pixel exactly if that "
            "gradient is not 0."
        )
    with figure, st.spinner("Following the layers back ..."):
        boxes(example, design, at)
    with st.spinner("Following the layers back ..."):
        table = fields_of(known, example.size, at)
    share = st.column_config.NumberColumn(format="percent")
    st.dataframe(
        table,
        hide_index=True,
        column_config={"Of this picture": share},
        alt="How far one output pixel of each network sees.",
    )
    if model:
        effective(example, model, at)
    else:
        st.info(networks.NO_WEIGHTS, icon=":material/deployed_code_alert:")
    st.caption(cite("effective", "reach"))
