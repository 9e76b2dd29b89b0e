"""U-Net, drawn from the networks themselves: shapes traced by a forward pass."""

import pandas as pd
import streamlit as st

from carseg.introspect.stages import Stage
from carseg.ui.learn import networks
from carseg.ui.learn.diagram import diagram
from carseg.ui.learn.diagram_layout import CROSS, words_of
from carseg.ui.learn.papers import cite


def layers(stages: list[Stage]) -> pd.DataFrame:
    """One row per layer: stage, layer, kind, output, parameters."""
    return pd.DataFrame(
        [
            (number, step.name, step.kind, step.detail, words_of(step.shape), step.parameters)
            for number, stage in enumerate(stages, 1)
            for step in stage.steps
        ],
        columns=["Stage", "Layer", "Kind", "How", "Leaves it", "Parameters"],
    )


def draw() -> None:
    """The chapter."""
    st.markdown(
        "**U-Net** (2015) is an encoder and a decoder with skips between them. Down the left side "
        "maps get smaller and more; up the right side they get larger and fewer; dashed lines "
        "carry the fine maps across. Any encoder can be the left side, such as VGG16 or "
        "MobileNetV2, trained on ImageNet. Hover over a stage, tap it or reach it with Tab."
    )
    design = networks.choose_design(networks.designs())
    grid = design.grid()
    found = networks.stages_of(design, grid)
    shape = found[0].steps[0].shape
    diagram(found, design.title, "diagram-unet")
    padded = f", padded to {words_of(shape[1:])}" if shape[1:] != grid else ""
    st.caption(
        f"For a 3:2 picture, which this network sees at {words_of(grid)}{padded}. Numbers on a "
        f"stage: maps, and below them height {CROSS} width. Each bar is a layer, as wide as the "
        "logarithm of its maps. Drawn from a forward pass through the network as it is built. On "
        f"the shelf: {networks.shelf_titles(design)}."
    )
    with st.expander("Every layer as a table", icon=":material/table_rows:"):
        st.dataframe(
            layers(found), hide_index=True, alt="Every layer with its shape and parameters."
        )
    st.caption(cite("unet", "vgg", "mobilenet", "transformer"))
