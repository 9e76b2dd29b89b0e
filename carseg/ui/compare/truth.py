"""The panel below the results: upload or draw a true mask, see the scores."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from carseg.imaging import codec
from carseg.imaging.car_choice import CarChoice, Label
from carseg.imaging.masks import UnsureMaskError
from carseg.service.bundle import stem
from carseg.service.truth import (
    Truth,
    decided_truth,
    is_measured,
    score_against_truth,
    truth_for,
)
from carseg.service.workshop import Photo
from carseg.ui.compare.brush import (
    BRUSH_SWITCH,
    PROBLEM,
    brush,
    empty_uploader,
    exchange,
    exchanges,
)
from carseg.ui.compare.results import PhotoResults
from carseg.ui.shared import state
from carseg.ui.shared.car_choice import choose_car
from carseg.ui.shared.markdown import plain, shown
from carseg.ui.shared.media import MIME
from carseg.ui.shared.streamlit_internals import check_file, let_go
from carseg.ui.shared.tray import tray

AT_ONCE = 4_000_000
"""Up to this many pixels, scores are updated at every move of a slider."""
MASK_TYPES = ("png", "jpg", "jpeg", "webp", "bmp", "gif", "tif", "tiff", "json", "xml")
ASKED = "truth-asked"
"""In the session: a mask of which it is not sure what the car is, and the photo that it is for."""


@dataclass(frozen=True)
class Asked:
    """A mask that waits until a person says what the car is in it."""

    photo: str
    name: str
    data: bytes
    sentence: str
    labels: tuple[Label, ...]


def panel(results: PhotoResults, problem: str) -> None:
    """The uploader and the brush; with a truth also the scores."""
    drawing = st.session_state.get(BRUSH_SWITCH, False)
    problem = st.session_state.pop(PROBLEM, "") or problem
    with st.expander(
        "Check against a true mask",
        expanded=results.truth is not None or bool(problem) or drawing,
        icon=":material/fact_check:",
    ):
        _uploader(results.photo)
        if problem:
            st.error(problem)
        _ask(results)
        brush(results)
        if results.truth is None:
            st.caption(
                "A mask is a picture of the photo's shape, most often white where the car is and "
                "black elsewhere; polygons of COCO, labelme or CVAT do too. With it you get Dice, "
                "IoU, precision, recall and Boundary IoU."
            )
            return
        _keeper(results.photo, results.truth)
        if _ready(results, results.truth):
            _scores(results, results.truth)
            st.caption("*Save* above the pictures keeps these scores in the Dice table.")


def _ready(results: PhotoResults, truth: Truth) -> bool:
    """Whether to measure: small photos at once, large ones on a click, so sliders stay fluid."""
    asked = truth.mask.size <= AT_ONCE or all(
        is_measured(results.shop, ask, results.looks[name], truth)
        for name, ask in results.asks.items()
    )
    if not asked:
        st.caption("Measuring takes some seconds at the full size of this photo.")
        asked = st.button(
            "Measure with these settings", key="measure", icon=":material/straighten:"
        )
    return asked


def _uploader(photo: Photo) -> None:
    key = f"truth-{photo.id[:16]}-{exchanges(photo)}"

    def take() -> None:
        if file := st.session_state[key]:
            _take(photo, file.name, file.getvalue())
            let_go([file])

    st.file_uploader(
        f"True mask of {plain(photo.name)}",
        type=list(MASK_TYPES),
        key=key,
        on_change=take,
        max_upload_size=codec.MOST_MB,
    )


def _take(photo: Photo, name: str, data: bytes) -> None:
    """A mask arrives: it replaces the last one, or gives one sentence if it is unusable."""
    st.session_state.pop(ASKED, None)
    try:
        _use(photo, name, data)
    except UnsureMaskError as error:
        st.session_state[ASKED] = Asked(photo.id, name, data, str(error), error.labels)
        empty_uploader(photo)
    except codec.PictureError as error:
        st.session_state[PROBLEM] = f"**{plain(name)}**: {error}"
        empty_uploader(photo)


def _use(photo: Photo, name: str, data: bytes, car: CarChoice | None = None) -> None:
    """Make a mask the photo's truth. Raises PictureError."""
    check_file(data)
    shop = state.workshop()
    name, decided = decided_truth(photo.name, name, data, shop.decoded(photo).size, car)
    truth_for(shop, photo, name, decided)
    exchange(photo, (name, decided))


def _waiting(results: PhotoResults) -> Asked | None:
    """The mask that is not sure, or the truth in use if it was read with a doubt."""
    asked: Asked | None = st.session_state.get(ASKED)
    if asked is not None and asked.photo == results.photo.id:
        return asked
    truth, brought = results.truth, tray().truths.get(results.photo.id)
    if truth is None or brought is None or not truth.doubt:
        return None
    sentence = f"{truth.note} If that is wrong, say which is the car."
    return Asked(results.photo.id, *brought, sentence, truth.doubt)


def _ask(results: PhotoResults) -> None:
    """Where it is not sure which part of a mask is the car: say so, and let people choose."""
    photo, asked = results.photo, _waiting(results)
    if asked is None:
        return
    st.warning(f"**{plain(asked.name)}**: {shown(asked.sentence)}")
    if not asked.labels:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = choose_car(asked.labels, "truth-car")

        def use() -> None:
            st.session_state.pop(ASKED, None)
            try:
                _use(photo, asked.name, asked.data, CarChoice(tuple(chosen)))
            except codec.PictureError as error:
                st.session_state[PROBLEM] = f"**{plain(asked.name)}**: {error}"

        st.button(
            "Use this mask",
            key="truth-car-use",
            on_click=use,
            disabled=not chosen,
            icon=":material/check:",
        )


def _keeper(photo: Photo, truth: Truth) -> None:
    """Buttons to download the truth and to remove it."""
    with st.container(horizontal=True):
        st.download_button(
            "Truth as PNG",
            truth.true.encoded,
            f"{stem(photo.name)}.truth.png",
            MIME["png"],
            key=f"get-truth-{photo.id[:16]}",
            on_click="ignore",
            icon=":material/download:",
            help="255 on the car and 0 elsewhere, in the photo's own size. With void it is 1 on "
            "the car, 255 on the void and 0 elsewhere.",
        )
        st.button(
            "Remove this truth",
            key="drop-truth",
            on_click=exchange,
            args=(photo, None),
            icon=":material/close:",
            help="A drawing stays in the brush.",
        )


def _scores(results: PhotoResults, truth: Truth) -> None:
    with st.spinner("Measuring at full size ..."):
        rows = {
            results.title(name): score_against_truth(results.shop, ask, results.looks[name], truth)
            for name, ask in results.asks.items()
        }
    table = pd.DataFrame(
        {
            title: {
                "Dice": m.counts.dice,
                "IoU": m.counts.iou,
                "Precision": m.counts.precision,
                "Recall": m.counts.recall,
                "Boundary IoU": m.boundary_iou,
            }
            for title, m in rows.items()
        }
    ).T.rename_axis("Model")
    st.dataframe(
        table,
        column_config={c: st.column_config.NumberColumn(format="%.4f") for c in table},
        key="truth-scores",
        alt="Scores of each model against the true mask",
    )
    height, width = truth.mask.shape
    note = "" if truth.doubt else shown(truth.note)
    st.caption(
        f"Against {plain(truth.name)}, masks as shown above at the photo's {width}x{height} "
        f"pixels. {truth.resized} {note}"
    )
