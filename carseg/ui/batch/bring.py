"""The uploaders of the Batch page: photos, a folder or a ZIP go straight to the disk."""

import streamlit as st

from carseg.data.archive import MOST_SENT
from carseg.data.samples import one_of_each, samples
from carseg.imaging import codec
from carseg.imaging.codec import MOST_MB, readable_types
from carseg.service.batch.sent import MOST_PICTURES
from carseg.ui.batch.desk import LONGEST_LIST, Desk
from carseg.ui.shared.choices import worded
from carseg.ui.shared.markdown import shown
from carseg.ui.shared.streamlit_internals import check_file, let_go

_WAYS = {"files": "Photos or a ZIP", "folder": "A folder"}
LIMITS = (
    f"Up to {MOST_PICTURES:,} pictures and {MOST_SENT // 2**20} MB together, {MOST_MB} MB each."
)


def bring(desk: Desk) -> None:
    """The uploaders, and what could not be taken."""
    way = st.segmented_control(
        "Bring",
        list(_WAYS),
        default="files",
        required=True,
        format_func=worded(_WAYS),
        key="batch-way",
        label_visibility="collapsed",
    )
    key = f"batch-{way}-{desk.round}"
    st.file_uploader(
        "Photos of cars, or a ZIP of them" if way == "files" else "A folder of photos",
        type=[*readable_types(), *(["zip"] if way == "files" else [])],
        accept_multiple_files=True if way == "files" else "directory",
        key=key,
        on_change=_take,
        args=(desk, key, way),
        max_upload_size=min(MOST_SENT // 2**20, st.get_option("server.maxUploadSize")),
        help=LIMITS,
    )
    _problems(desk)


def add_samples(desk: Desk) -> None:
    """Put a sample picture of every car into the batch."""
    desk.problems = []
    for name in one_of_each(samples()):
        path = samples()[name].path
        desk.add(path.name, path.read_bytes())


def _take(desk: Desk, key: str, way: str) -> None:
    desk.problems = []
    with st.spinner("Storing the pictures ..."):
        for file in st.session_state[key]:
            # The folder itself is no part of the names.
            name = file.name if way == "files" else file.name.replace("\\", "/").split("/", 1)[-1]
            small = file.size <= MOST_MB * 2**20 or name.lower().endswith(".zip")
            if small:
                desk.add(name, file.getvalue())
            else:
                desk.problems.append(f"{name}: This file is larger than {MOST_MB} MB.")
            let_go([file])
    desk.round += 1


def take_background(desk: Desk, key: str) -> None:
    """Keep the picture for behind the cars, or say why not."""
    desk.problems = []
    file = st.session_state[key]
    if file is None:
        return
    try:
        check_file(file.getvalue())
        codec.decode(file.getvalue())
    except codec.PictureError as error:
        desk.problems.append(f"{file.name}: {error}")
    else:
        desk.add_background(file.getvalue())
    let_go([file])
    desk.round += 1


def _problems(desk: Desk) -> None:
    if not desk.problems:
        return
    told = "\n".join(f"- {shown(text)}" for text in desk.problems[:LONGEST_LIST])
    more = len(desk.problems) - LONGEST_LIST
    st.error(f"{told}\n- and {more} more" if more > 0 else told, icon=":material/error:")
