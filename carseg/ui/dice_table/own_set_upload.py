"""The state of a visitor's own set in this session, and the uploaders for it."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from carseg.data import archive
from carseg.data.archive import Found
from carseg.data.pairs import DataError
from carseg.data.set_names import plain_name
from carseg.imaging.codec import readable_types
from carseg.service.own_set import Done, Pace, forget_when_closed
from carseg.ui.shared.choices import worded
from carseg.ui.shared.markdown import shown
from carseg.ui.shared.streamlit_internals import let_go, run_again

_LOG = logging.getLogger("carseg")
_WAYS = {"zip": "A ZIP", "folder": "A folder"}
_LAYOUTS = """\
cars/                or   cars/
├── images/a.jpg          ├── a.jpg
└── masks/a.png           └── a_mask.png"""

Key = tuple[str, str, str]
"""The key of a result: model, fingerprint of its checkpoint and engine, grid."""


@dataclass
class OwnSet:
    """The set that this session has sent, and its results.

    Attributes:
        found: the pairs, in a private folder that is deleted with this object.
        problem: one sentence about the last upload, if it is unusable.
        running: an evaluation is running; it may take several runs of the page.
        stopped: the visitor pressed Stop.
        done, failed: results, and one sentence for each model that cannot be used.
        paces: the pace of each evaluation that has begun.
        round: the number of uploads; a new uploader is drawn after each.
    """

    found: Found | None = None
    problem: str = ""
    running: bool = False
    stopped: bool = False
    done: dict[Key, Done] = field(default_factory=dict)
    failed: dict[Key, str] = field(default_factory=dict)
    paces: dict[Key, Pace] = field(default_factory=dict)
    round: int = 0


def upload_own_set(own: OwnSet) -> None:
    """The uploaders, with an explanation. Files are unpacked as soon as they arrive."""
    way = st.segmented_control(
        "Bring", list(_WAYS), default="zip", required=True, format_func=worded(_WAYS), key="own-way"
    )
    if way == "zip":
        _zip(own)
    else:
        _folder(own)
    if own.problem:
        st.error(shown(own.problem), icon=":material/error:")
    st.code(_LAYOUTS, language=None)
    st.caption(
        "Also known: Kaggle's `train/` with `train_masks/`, a truth drawn in Compare "
        "(`a.truth.png` beside `a.jpg`), masks that `carseg predict` wrote, and polygons of COCO, "
        "labelme or CVAT. A mask has the size of its picture and any two values or colours, or "
        "labels; void is left out. Without a browser, "
        "`carseg evaluate --data DIR --layout pairs` does the same."
    )


def _zip(own: OwnSet) -> None:
    # The server refuses files above its own limit, whatever limit an uploader has.
    limit = min(archive.MOST_SENT // 2**20, st.get_option("server.maxUploadSize"))
    file = st.file_uploader(
        "A ZIP of pictures and masks",
        type="zip",
        key=f"own-zip-{own.round}",
        max_upload_size=limit,
    )
    if limit < archive.MOST_SENT // 2**20:
        st.caption(
            f"This server accepts files of up to {limit} MB (`server.maxUploadSize`). For a larger "
            "set, send a folder."
        )
    if file is not None:
        name = file.name.rsplit(".", 1)[0]
        _take(own, name, [file], lambda step: archive.from_zip(file.getvalue(), step))


def _folder(own: OwnSet) -> None:
    files = st.file_uploader(
        "A folder of pictures and masks",
        type=[*readable_types(), "json", "xml"],
        accept_multiple_files="directory",
        key=f"own-folder-{own.round}",
        max_upload_size=archive.MOST_FILE_BYTES // 2**20,
        help=f"Up to {archive.MOST_SENT // 2**20} MB and {archive.MOST_FILES:,} files together.",
    )
    if files:
        name = files[0].name.replace("\\", "/").split("/")[0]
        sent = ((file.name, file.getvalue()) for file in files)
        _take(own, name, files, lambda step: archive.from_files(sent, step))


def _take(
    own: OwnSet,
    name: str,
    files: Sequence[UploadedFile],
    unpack: Callable[[archive.Progress], Found],
) -> None:
    """Unpack the upload, release it, and draw the page again."""
    bar = st.progress(0.0, "Looking at what you sent ...")

    def step(number: int, total: int) -> None:
        bar.progress(number / total, f"Checked {number:,} of {total:,} pairs")

    own.problem = ""
    try:
        own.found = unpack(step)
        st.session_state["own-name"] = plain_name(name)
    except DataError as error:
        own.problem = str(error)
    except Exception:  # whatever a stranger's file does: it is let go below and not tried again
        _LOG.exception("An own set could not be unpacked")
        own.problem = "These files cannot be read here: pack or send them again."
    context = get_script_run_ctx()
    if own.found is not None and context is not None:
        forget_when_closed(own.found.folder, partial(_is_open, context.session_id))
    let_go(files)
    own.round += 1
    run_again()


def _is_open(session: str) -> bool:
    return runtime.exists() and runtime.get_instance().is_active_session(session)
