"""Accuracy: why an empty mask is right in three of four pixels."""

from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from carseg.core import settings
from carseg.data.samples import one_of_each, samples
from carseg.imaging import codec
from carseg.measures.overlap import Counts
from carseg.ui.learn import examples, small_pictures
from carseg.ui.learn.papers import cite
from carseg.ui.shared import tables
from carseg.ui.shared.charts import BLUE, GREEN, GREY, ORANGE, QUIET, tidy
from carseg.ui.shared.links import LINKED

COUNTS = ["tp", "fp", "fn", "tn"]


@st.cache_data(show_spinner=False, max_entries=256)
def share_of(path: str, changed: int) -> float:
    """The car's share of a mask's pixels, 0..1; ``changed`` is the file's time."""
    return float(codec.decode_mask(Path(path)).mean())


def sample_shares() -> dict[str, float]:
    """The car's share by sample title; only the drawn car if no sample has a mask."""
    found = {
        sample.title: share_of(str(sample.mask), sample.mask.stat().st_mtime_ns)
        for sample in one_of_each(samples()).values()
        if sample.mask is not None
    }
    return found or {"A drawn car": float(examples.drawn_car()[1].mean())}


def set_shares(scored: pd.DataFrame) -> dict[str, float]:
    """The mean car share by data set, from the counts of any model's ``per_picture`` scores."""
    if scored.empty:
        return {}
    # For any model, found and missed car together are the true car.
    share = (scored["tp"] + scored["fn"]) / scored[COUNTS].sum(axis=1)
    each = scored.assign(share=share).drop_duplicates(["set", "picture"])
    means = each.groupby("set", sort=False)["share"].mean()
    return {str(name): float(value) for name, value in means.items() if value > 0}


def guess(share: float, everything: bool = False, pixels: int = 1_000_000) -> Counts:
    """Counts of an empty mask, or one that calls everything car, on a picture with this share."""
    car = round(share * pixels)
    if everything:
        return Counts(tp=car, fp=pixels - car)
    return Counts(fn=car, tn=pixels - car)


def _lines(samples_: dict[str, float], sets: dict[str, float], share: float) -> go.Figure:
    """Accuracy and Dice of the empty mask over the car's share, with pictures and sets as dots."""
    figure = go.Figure()
    whole = [i / 50 for i in range(1, 51)]
    for name, colour, dash in (("accuracy", BLUE, "solid"), ("dice", ORANGE, "dash")):
        figure.add_scatter(
            x=[100 * s for s in whole],
            y=[getattr(guess(s), name) for s in whole],
            name=f"{name.capitalize()} of an empty mask",
            mode="lines",
            line={"color": colour, "dash": dash, "width": 3},
        )
    dots = (
        ("our samples", samples_, "circle", GREY),
        ("measured sets", sets, "diamond", GREEN),
    )
    for name, shares, symbol, colour in dots:
        figure.add_scatter(
            x=[100 * s for s in shares.values()],
            y=[guess(s).accuracy for s in shares.values()],
            name=name,
            mode="markers",
            text=list(shares),
            marker={"symbol": symbol, "size": 11, "color": colour, "line": {"width": 1}},
            hovertemplate="%{text}: %{x:.1f} % car, accuracy %{y:.3f}<extra></extra>",
        )
    figure.add_vline(x=100 * share, line={"color": GREY, "dash": "dot"})
    figure.update_xaxes(title="the car's share of the picture, %", **small_pictures.PERCENT)
    figure.update_yaxes(range=[-0.03, 1.03])
    figure.update_layout(showlegend=True)
    return tidy(figure, 400, top=70)


def draw() -> None:
    """The chapter."""
    samples_ = sample_shares()
    sets = set_shares(tables.shipped_frames(settings.weights_dir()).pictures)
    words, figure = small_pictures.halves()
    mean = sum(samples_.values()) / len(samples_)
    with words:
        st.markdown(
            "**Accuracy** is the share of pixels that are right. An empty mask is right wherever "
            "there is no car: its accuracy is **1 minus the car's share**, which is 75% if the car "
            f"fills a quarter. On our {len(samples_)} samples with a mask it scores {1 - mean:.0%} "
            "on average. Its Dice is 0, because Dice leaves out the background that both masks "
            "have in common. So accuracy is shown nowhere else in this app."
        )
        share = st.slider("The car's share, %", 1, 100, 25, key="car-share", **LINKED) / 100
        empty, full = guess(share), guess(share, True)
        st.table(
            pd.DataFrame(
                [
                    {"Mask": name, "Accuracy": f"{c.accuracy:.2f}", "Dice": f"{c.dice:.2f}"}
                    | {"IoU": f"{c.iou:.2f}"}
                    for name, c in (("Empty", empty), ("All car", full))
                ]
            ).set_index("Mask"),
            border="horizontal",
            alt="Scores of a mask without car and of one that is all car.",
        )
    with figure:
        st.plotly_chart(
            _lines(samples_, sets, share),
            config=QUIET,
            alt=f"Accuracy of an empty mask falls from 1 to 0 as the car grows; its Dice is 0. "
            f"Samples: {_empty_mask_words(samples_)}. "
            f"Sets: {_empty_mask_words(sets) or 'none measured'}.",
        )
        if sets:
            st.caption(
                f"Accuracy of an empty mask, mean of each measured set: {_empty_mask_words(sets)}."
            )
        st.caption(cite("dice"))


def _empty_mask_words(shares: dict[str, float]) -> str:
    """The accuracy of an empty mask on each, in words."""
    return ", ".join(f"{name} {1 - share:.0%}" for name, share in shares.items())
