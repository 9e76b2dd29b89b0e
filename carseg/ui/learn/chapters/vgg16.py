"""VGG16: thirteen small convolutions in five blocks, and where its parameters and work are."""

import pandas as pd
import streamlit as st
import torch

from carseg.introspect.stages import Stage
from carseg.introspect.trace import trace
from carseg.ui.learn import networks
from carseg.ui.learn.diagram import diagram
from carseg.ui.learn.diagram_layout import words_of
from carseg.ui.learn.papers import cite
from carseg.ui.shared.cards import count
from carseg.ui.shared.markdown import shown

_SIZE = (224, 224)


@st.cache_data(show_spinner=False)
def vgg16_stages() -> list[Stage]:
    """The published network with its classifier, traced at its own 224x224."""
    # torchvision takes a moment to import, and only this chapter needs it.
    from torchvision.models import vgg16

    with torch.device("meta"):
        return trace(vgg16(weights=None), _SIZE)


def blocks(found: list[Stage]) -> pd.DataFrame:
    """A row per block of convolutions, and one for the classifier."""
    rows = []
    for number, stage in enumerate(found, 1):
        convolutions = sum(step.kind == "Conv2d" for step in stage.steps)
        dense = sum(step.kind == "Linear" for step in stage.steps)
        if not convolutions and not dense:
            continue
        rows.append(
            {
                "Block": f"Block {number}" if convolutions else "Classifier",
                "Layers": f"{convolutions} of 3x3" if convolutions else f"{dense} fully connected",
                "Leaves it": words_of(stage.shape),
                "Parameters": stage.parameters,
                "Multiply-adds (M)": round(stage.multiply_adds / 1e6),
            }
        )
    return pd.DataFrame(rows)


def draw() -> None:
    """The chapter."""
    found = vgg16_stages()
    table = blocks(found)
    total = int(table["Parameters"].sum())
    last = table.set_index("Block").loc["Classifier"]
    dense = int(last["Parameters"])
    work = 1 - last["Multiply-adds (M)"] / table["Multiply-adds (M)"].sum()
    st.markdown(
        "**VGG16** (2014) showed that many small kernels are enough. Two 3x3 convolutions see as "
        "far as one 5x5, with 18 instead of 25 weights per pair of maps and one more ReLU. "
        "Each of five blocks halves the sides, and the maps double from 64 to 512; three fully "
        f"connected layers name one of 1,000 classes. Of its {count(total)} parameters "
        f"{count(dense)} belong to those three, which say nothing about *where*: a segmentation "
        f"network drops them and keeps {count(total - dense)} as its encoder."
    )
    diagram(found, f"VGG16 with its classifier, at {words_of(_SIZE)}", "diagram-vgg")
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            "Parameters": st.column_config.NumberColumn(format="localized"),
            "Multiply-adds (M)": st.column_config.NumberColumn(format="localized"),
        },
        alt="The blocks of VGG16: layers, output, parameters and work.",
    )
    users = [d for d in networks.designs().values() if d.encoder == "vgg16"]
    shelf = "; ".join(f"{shown(d.title)}: {networks.shelf_titles(d)}" for d in users)
    st.caption(
        "Counted on torchvision's network, untrained, by a forward pass. Its five blocks do "
        f"{work:.0%} of the work with {1 - dense / total:.0%} of the parameters. On the shelf: "
        f"{shelf or 'no network uses it'}."
    )
    st.caption(cite("vgg", "imagenet", "ternaus"))
