"""What is made of a batch: models, kinds of files, names and formats."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from carseg.compositing.views import VIEWS
from carseg.imaging.codec import MOST_MB
from carseg.models.checkpoint import Config, default_model
from carseg.service.batch.picture import Settings
from carseg.service.batch.work import Plan
from carseg.service.naming import FIELDS, USUAL, NamingError
from carseg.service.outputs import FORMATS, Coding
from carseg.ui.batch.bring import take_background
from carseg.ui.batch.desk import Desk
from carseg.ui.shared import state
from carseg.ui.shared.choices import worded
from carseg.ui.shared.markdown import shown

KINDS = ("mask", "cutout", "overlay", "background")
MOST_MODELS = 4


def choose(desk: Desk, known: Mapping[str, Config]) -> Plan | None:
    """Draw the choice; None as long as it cannot be used, which is said."""
    kept: dict[str, Any] = {"disabled": desk.locked, "persist_state": "session"}
    with st.container(horizontal=True, vertical_alignment="top", gap="medium"):
        models = st.multiselect(
            "Models",
            list(known),
            default=[default_model()],
            key="batch-models",
            format_func=lambda name: known[name].title,
            max_selections=MOST_MODELS,
            **kept,
        )
        kinds = st.pills(
            "What to save",
            list(KINDS),
            selection_mode="multi",
            default=["mask", "cutout"],
            format_func=worded(VIEWS),
            key="batch-kinds",
            **kept,
        )
    background = _background(desk, kept) if "background" in kinds else ""
    with st.expander("Names and formats", icon=":material/tune:", key="batch-formats"):
        name, coding = _name_and_coding(kept)
        exif, coco, trust, every_car = _switches(kept)
    if not models or not kinds:
        st.info("Choose at least one model and one thing to save.", icon=":material/arrow_upward:")
        return None
    settings = Settings(
        coding=coding,
        exif=exif,
        background=background,
        every_car=every_car,
        coco=coco,
        trust=trust,
        thumbnail=True,
    )
    engine = state.chosen_engine()
    plan = Plan(tuple(models), tuple(kinds), name, engine, settings)
    try:
        _ = plan.pattern
    except NamingError as error:
        st.error(shown(str(error)), icon=":material/error:")
        return None
    return plan


def _background(desk: Desk, kept: dict[str, Any]) -> str:
    """A colour, or a picture of the visitor."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        colour = st.color_picker("Behind the car", "#f0f0ec", key="batch-colour", **kept)
        if desk.background:
            st.button(
                "Take the colour again",
                key="batch-no-background",
                on_click=partial(setattr, desk, "background", ""),
                icon=":material/format_color_fill:",
                disabled=desk.locked,
            )
            return desk.background
        key = f"batch-background-{desk.round}"
        st.file_uploader(
            "Or a picture",
            type=["jpg", "jpeg", "png", "webp"],
            key=key,
            on_change=take_background,
            args=(desk, key),
            max_upload_size=MOST_MB,
            disabled=desk.locked,
        )
    return colour


def _name_and_coding(kept: dict[str, Any]) -> tuple[str, Coding]:
    fields = "; ".join(f"`{{{name}}}`: {text}" for name, text in FIELDS.items())
    name = st.text_input(
        "Name of each file, without its ending", USUAL, key="batch-name", help=fields, **kept
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        format = st.segmented_control(
            "Format of pictures",
            list(FORMATS),
            default="png",
            required=True,
            format_func=str.upper,
            key="batch-format",
            help="Masks are PNGs in every case. JPEG has no transparency: a cut-out is on white.",
            **kept,
        )
        quality = 90
        if format != "png":
            quality = st.slider("Quality", 1, 100, 90, key="batch-quality", width=220, **kept)
        most = st.number_input(
            "At most so many MB a file (0: any)",
            min_value=0.0,
            max_value=100.0,
            value=0.0,
            step=0.5,
            key="batch-most",
            width=260,
            help="WebP and JPEG are written at a lower quality until they fit.",
            **kept,
        )
    return name.strip(), Coding(format, quality, int(most * 1e6) or None)


def _switches(kept: dict[str, Any]) -> tuple[bool, bool, bool, bool]:
    with st.container(horizontal=True, gap="large"):
        exif = st.toggle(
            "Keep EXIF",
            key="batch-exif",
            help="When and how a photo was taken, never where.",
            **kept,
        )
        coco = st.toggle(
            "COCO file",
            True,
            key="batch-coco",
            help="All masks of a model as run lengths, with box and area, for other programs.",
            **kept,
        )
        trust = st.toggle(
            "Trust figures",
            True,
            key="batch-trust",
            help="How little a mask changes if the picture is mirrored or the threshold moves, "
            "from 0 to 1. Each network runs twice for it.",
            **kept,
        )
        every_car = st.toggle(
            "Every car",
            key="batch-every-car",
            help="Cut-outs and new backgrounds show all cars of a photo, not the largest alone.",
            **kept,
        )
    return exif, coco, trust, every_car
