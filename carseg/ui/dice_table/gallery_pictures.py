"""The gallery's pictures: if the data set is available, they are shown and open in Compare."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from carseg.analysis.boards import Benchmark
from carseg.analysis.failures import REFINED
from carseg.core import settings
from carseg.data.pairs import DataError, Pair
from carseg.data.sets import SETS, find
from carseg.evaluation import local_files
from carseg.imaging import codec
from carseg.ui.shared import state
from carseg.ui.shared.markdown import plain, shown
from carseg.ui.shared.tray import bring_pictures, bring_sample, bring_truth

SECONDS = 600
"""A listing of the data folder is cached for this many seconds."""

INTELECAI = (
    "Kaggle's `intelecai/car-segmentation`: its folders `images/` and `masks/` as "
    "`DATA/intelecai/images/` and `DATA/intelecai/masks/`"
)
CARVANA = (
    "Kaggle's `carvana-image-masking-challenge`: `train.zip` and `train_masks.zip`, unpacked to "
    "`DATA/carvana/train/` and `DATA/carvana/train_masks/`"
)
PICTURE_SOURCES = {
    "street-photo": INTELECAI,
    "street-web": INTELECAI,
    "carvana-test": CARVANA,
    "carvana-val": CARVANA,
    "carparts-val": "dsmlr's Car-Parts-Segmentation, as `DATA/carparts/images/` and `masks/`",
}
"""The source of each set's pictures, and the folders that they must be in."""


class PictureSource(NamedTuple):
    """The available pairs of a set, by picture id, and the folder that contains them."""

    root: Path
    pairs: dict[str, Pair]


def source(benchmark: Benchmark, ids: Sequence[str]) -> PictureSource:
    """The pairs with these ids; empty if they are not available."""
    if benchmark.set in SETS and SETS[benchmark.set].layout == "samples":
        pairs = {p.id: p for p in find(None, SETS[benchmark.set])}
        return PictureSource(settings.samples_dir(), pairs)
    root = settings.data_root()
    if root is None:
        return PictureSource(Path(), {})
    return PictureSource(root, _listed(root, benchmark.set, tuple(ids)))


@st.cache_data(show_spinner="Looking for the pictures ...", ttl=SECONDS, max_entries=16)
def _listed(root: Path, name: str, ids: tuple[str, ...]) -> dict[str, Pair]:
    return local_files.local_pairs(root, name, ids)


def thumbnail_button(found: PictureSource, pair: Pair, key: str, models: Sequence[str]) -> None:
    """The picture as a button that opens it, with its true mask, in Compare."""
    try:
        small = _small(found.root, pair)
    except (codec.PictureError, OSError) as error:
        st.caption(shown(str(error)))
        return
    with st.container(key=f"thumb-{key}", gap=None):
        st.image(small, width="stretch", alt=f"The picture {pair.id}")
        pressed = st.button(
            "Open in Compare, with its true mask", key=key, type="tertiary", width="stretch"
        )
    if pressed:
        try:
            open_in_compare(found, pair, models)
        except (codec.PictureError, DataError, OSError) as error:
            st.error(shown(str(error)), icon=":material/error:")


def _small(root: Path, pair: Pair) -> bytes:
    real = local_files.checked_pair(root, pair).picture
    mark = real.stat()
    key = ("at-hand", str(real), mark.st_mtime_ns, mark.st_size)
    return state.workshop().painted(key, partial(local_files.thumbnail, root, pair))


def open_in_compare(found: PictureSource, pair: Pair, models: Sequence[str]) -> None:
    """Put picture and true mask into the tray and go there.

    ``models`` are those to run there; what has no weights is left out.

    Raises:
        PictureError, DataError, OSError: the files cannot be read.
    """
    if found.root == settings.samples_dir():
        bring_sample(pair.id)
    else:
        picture, mask = local_files.files(found.root, pair)
        bring_pictures([(pair.picture.name, picture, "upload", "")])
        bring_truth(codec.digest(picture), f"{pair.id} (true mask)", mask)
    usable = state.current_shelf().configs
    if wanted := [model for model in models if model in usable]:
        st.session_state["models"] = wanted
    # The link is set to '' instead of removed, because Streamlit refuses to remove parameters that
    # widgets have put into the address.
    st.switch_page("pages/compare.py", query_params={})


def how_to_get_pictures(benchmark: Benchmark) -> None:
    """Explains why no pictures are shown, and how to get them."""
    name = benchmark.set.removesuffix(REFINED)
    with st.expander("See the pictures", icon=":material/photo_library:"):
        if settings.data_root() is not None:
            st.caption(
                "`CARSEG_DATA_ROOT` is set, but no folder in it, or up to "
                f"{local_files.DEPTH} below it, holds the pictures of this set."
            )
        if name not in PICTURE_SOURCES:
            st.markdown(f"The source of the pictures of {plain(name)} is not recorded.")
            return
        st.markdown(
            "The app ships without pictures of data sets. To see them here, put the data set into "
            f"a folder, called DATA below:\n\n- {PICTURE_SOURCES[name]}\n\nThen start the app with "
            "the name of that folder:"
        )
        st.code("CARSEG_DATA_ROOT=DATA .venv/bin/streamlit run app.py", language="sh")
        st.caption(
            "Then everyone who can open this app sees the pictures of the measured sets in that "
            "folder, but no other files of this machine. The app searches the folder and up to "
            f"{local_files.DEPTH} levels below it. It notices changes after {SECONDS // 60} "
            "minutes."
        )
