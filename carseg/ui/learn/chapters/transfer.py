"""Transfer learning: the parameters of each checkpoint that started pretrained or were frozen."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from torch import nn

from carseg.analysis.recipes import presets_of, recipe, starts_pretrained
from carseg.core import settings
from carseg.models.checkpoint import Config
from carseg.ui.learn import networks, small_pictures
from carseg.ui.learn.papers import cite
from carseg.ui.shared import state, tables
from carseg.ui.shared.cards import count
from carseg.ui.shared.charts import BLUE, GREEN, GREY, ORANGE, QUIET, tidy
from carseg.ui.shared.file_stamp import CONFIG_FILES, stamp

PRETRAINED, DISTILLED = "pretrained on ImageNet", "distilled from an ImageNet network"
CHANCE, START_UNKNOWN = "from chance", "start not recorded"
STARTS = {PRETRAINED: BLUE, DISTILLED: GREEN, CHANCE: ORANGE, START_UNKNOWN: GREY}
FROZEN = {"frozen": "x", "frozen at first": "/", "trained": "", "training not recorded": "."}
"""How parameters were trained, with the pattern of their bar, so colour is not the only sign."""


def training_state(name: str, presets: Sequence[Mapping[str, Any]]) -> str:
    """A key of ``FROZEN``: whether the presets, first to last, trained this parameter."""
    known = [preset["frozen"] for preset in presets if "frozen" in preset]
    if not known:
        return "training not recorded"
    still = [any(name == p or name.startswith(f"{p}.") for p in frozen) for frozen in known]
    return "frozen" if all(still) else "frozen at first" if any(still) else "trained"


def encoder_blocks(network: nn.Module) -> dict[str, int]:
    """The block of each parameter of ``encoder.features``, from 1; a pooling ends a block."""
    block = 1
    found: dict[str, int] = {}
    features = getattr(getattr(network, "encoder", None), "features", nn.Sequential())
    for name, layer in features.named_children():
        found |= {f"encoder.features.{name}.{p}": block for p, _ in layer.named_parameters()}
        block += isinstance(layer, nn.MaxPool2d)
    return found


def origins(
    config: Config, sizes: Mapping[str, int], blocks: Mapping[str, int] | None = None
) -> pd.DataFrame:
    """Parameters by where they started and what was trained: start, held, parameters.

    Args:
        sizes: numbers per named parameter.
        blocks: the block of the encoder that a parameter belongs to (``encoder_blocks``).
    """
    presets, pretrained = presets_of(config), starts_pretrained(config)
    other = START_UNKNOWN if pretrained is None else CHANCE
    imitated = config.encoder.get("distilled", [])

    def start(name: str) -> str:
        if not (pretrained and name.startswith("encoder.")):
            return other
        return DISTILLED if (blocks or {}).get(name) in imitated else PRETRAINED

    rows = [(start(name), training_state(name, presets), size) for name, size in sizes.items()]
    table = pd.DataFrame(rows, columns=["start", "held", "parameters"])
    return table.groupby(["start", "held"], sort=False, as_index=False).sum()


def all_origins() -> pd.DataFrame:
    """``origins`` of every checkpoint on the shelf with its title, and the share of parameters."""
    return _all_origins(stamp(settings.weights_dir(), CONFIG_FILES))


@st.cache_data(show_spinner=False, max_entries=4)
def _all_origins(files: str) -> pd.DataFrame:
    known = state.current_shelf().configs
    titles = tables.labels({name: config.title for name, config in known.items()})
    parts = []
    for design in networks.designs().values():
        network = design.blank()
        sizes = {name: p.numel() for name, p in network.named_parameters()}
        for name in design.names:
            part = origins(known[name], sizes, encoder_blocks(network))
            share = part["parameters"] / part["parameters"].sum()
            parts.append(
                part.assign(title=titles[name], order=list(known).index(name), share=share)
            )
    return pd.concat(parts).sort_values("order", kind="stable")


def bars(table: pd.DataFrame) -> go.Figure:
    """A bar per checkpoint, its parts by start and by what was trained."""
    figure = go.Figure()
    lines = {title: place for place, title in enumerate(dict.fromkeys(table["title"]))}
    order = list(STARTS)
    groups = sorted(table.groupby(["start", "held"]), key=lambda group: order.index(group[0][0]))
    for (start, held_), rows in groups:
        figure.add_bar(
            y=rows["title"].map(lines),
            x=100 * rows["share"],
            name=f"{start}, {held_}",
            orientation="h",
            width=0.42,
            marker={
                "color": STARTS[start],
                "pattern": {"shape": FROZEN[held_], "fillmode": "overlay", "solidity": 0.4},
            },
            customdata=[count(n) for n in rows["parameters"]],
            hovertemplate="%{x:.1f} % of its parameters (%{customdata})",
        )
    for title, place in lines.items():
        where = {"xref": "paper", "x": 0, "xanchor": "left", "y": place - 0.4, "yanchor": "middle"}
        figure.add_annotation(text=title, showarrow=False, **where)
    figure.update_yaxes(range=[len(lines) - 0.5, -0.75], showticklabels=False, showgrid=False)
    figure.update_xaxes(title="share of its parameters, %", **small_pictures.PERCENT)
    figure = tidy(figure, 150 + 62 * len(lines), top=70)
    return figure.update_layout(barmode="stack", showlegend=True, legend_traceorder="normal")


def bars_alt(table: pd.DataFrame) -> str:
    """The bars as sentences."""
    parts = []
    for title, rows in table.groupby("title", sort=False):
        shares = (f"{r.share:.0%} {r.start}, {r.held}" for r in rows.itertuples())
        parts.append(f"{title}: {'; '.join(shares)}")
    return "Where the parameters of each checkpoint started. " + ". ".join(parts) + "."


def draw() -> None:
    """The chapter."""
    st.markdown(
        "**Transfer learning**: start from a network that has learned to tell 1,000 kinds of "
        "things apart in 1.3 million ImageNet pictures. Its first layers, edges and colours, serve "
        "many tasks; later ones are more special (Yosinski et al.). *Freezing* them saves work and "
        "keeps what they know, which protects against a small, one-sided set such as one studio; "
        "training them further fits them to cars. Our decoders start at random. Pictures must be "
        "normalised as in the weights' first training."
    )
    configs = state.current_shelf().configs
    if not configs:
        st.info(networks.NO_WEIGHTS, icon=":material/deployed_code_alert:")
    else:
        found = all_origins()
        st.plotly_chart(bars(found), config=QUIET, alt=bars_alt(found))
        rows = [{"Checkpoint": c.title, **_start_words(c)} for c in configs.values()]
        st.dataframe(
            pd.DataFrame(rows), hide_index=True, alt="How each checkpoint started and was trained."
        )
        st.caption(
            "From each checkpoint's config.json: `encoder` and `frozen` of its training runs; runs "
            "that are not recorded are left out. *Distilled* blocks were not copied, but trained "
            "to imitate another ImageNet network (Hinton et al.)."
        )
    st.caption(cite("yosinski", "imagenet", "ternaus", "distilling"))


def _start_words(config: Config) -> dict[str, str]:
    """The start and training of a config, for the table."""
    lines = recipe(config)
    labels = {
        "Starts from": "start",
        "Frozen": "frozen",
        "Pictures seen": "pictures seen",
    }
    norm = f"mean {', '.join(f'{v:g}' for v in config.mean)}"
    return {label: lines.get(key, "") for label, key in labels.items()} | {"Normalisation": norm}
