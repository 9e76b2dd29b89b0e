"""The ways to add a picture: files, a link, the camera, a sample; and the filmstrip."""

import streamlit as st

from carseg.core import settings
from carseg.data.samples import SamplePicture, one_of_each, samples
from carseg.imaging import codec
from carseg.imaging.net.urls import parse
from carseg.imaging.untrusted import MAX_PIXELS
from carseg.service.workshop import Photo, Workshop, photo_of
from carseg.ui.shared import state
from carseg.ui.shared.markdown import plain
from carseg.ui.shared.streamlit_internals import let_go
from carseg.ui.shared.tray import (
    KEPT_MINUTES,
    bring_pictures,
    bring_sample,
    bring_url,
    remove_all,
    tray,
)

AWAITED = "awaited"
"""The place of the uploader for a picture that a saved comparison asks for."""
_OFFER = "offer@"


def add_pictures(place: str) -> None:
    """The uploader, link and camera, and the samples, as tabs."""
    names = ["Files", "Link", "Camera"]
    if not settings.url_input_allowed():
        names.remove("Link")
    # With a key the chosen tab stays, whatever is drawn anew around it.
    chosen = st.tabs(names, key=f"ways-{place}", on_change="rerun")
    tabs = dict(zip(names, chosen, strict=True))
    with tabs["Files"]:
        files(place)
    if "Link" in tabs:
        with tabs["Link"]:
            _link(place)
    with tabs["Camera"]:
        _camera(place)
    if place != "first" and (number := len(tray().photos)) > 1:
        st.button(
            f"Remove all {number} pictures",
            key=f"remove-all-{place}",
            icon=":material/delete_sweep:",
            on_click=remove_all,
        )


def problems_above(place: str) -> None:
    """At the top of a page: what is wrong, but belongs under no field of ``place``."""
    here = tray()
    if here.lost:
        gone = "A picture" if here.lost == 1 else f"{here.lost} pictures"
        st.info(
            f"{gone} that you had here cannot be brought back: after a reload pictures are kept "
            f"for {KEPT_MINUTES} minutes, in memory only. Please add them again.",
            icon=":material/history:",
        )
    for problem in here.problems:
        if not problem.field.endswith((f"@{place}", f"@{AWAITED}", _OFFER)):
            st.error(problem.text)
    for note in here.notes:
        st.info(note, icon=":material/info:")


def _problems_of(at: str) -> None:
    """Under a field: what was wrong with what came from it."""
    if found := [problem.text for problem in tray().problems if problem.field == at]:
        with st.container(key=f"problem-{at}"):
            for text in found:
                st.error(text)


def files(place: str) -> None:
    """The uploader, with what was wrong with the last files."""
    key, at = f"files-{place}-{tray().round}", f"files@{place}"

    def take() -> None:
        sent = st.session_state[key]
        bring_pictures(((f.name, f.getvalue(), "upload", "") for f in sent), at)
        let_go(sent)

    st.file_uploader(
        "Car photos, one or several",
        type=codec.readable_types(),
        accept_multiple_files=True,
        key=key,
        on_change=take,
        max_upload_size=codec.MOST_MB,
        help=f"Drop files here. Up to {codec.MOST_MB} MB and {MAX_PIXELS // 10**6} million pixels "
        "each.",
    )
    _problems_of(at)


def _link(place: str) -> None:
    key, at = f"link-{place}", f"link@{place}"

    def take() -> None:
        # A link that failed stays, so that it can be corrected.
        if bring_url(st.session_state[key], at):
            st.session_state[key] = ""

    with st.form(f"link-form-{place}", border=False):
        st.text_input(
            "Address of a picture",
            key=key,
            placeholder="https://example.org/car.jpg",
            help="The address of the picture itself, not of the page around it. This machine "
            "downloads it from that site.",
        )
        st.form_submit_button(
            "Get the picture",
            key=f"get-link-{place}",
            on_click=take,
        )
    _problems_of(at)


def offer() -> None:
    """Offer the picture that an opened link names: it is fetched only after a click."""
    url = tray().offered
    if not url:
        _problems_of(_OFFER)
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="offer"):
        st.markdown(
            f":material/link: This link names a picture at **{plain(parse(url).host)}**. This "
            "machine downloads it from that site when you press the button.",
            width="stretch",
        )
        st.button("Get the picture", key="get-offered", on_click=_get_offered, args=(url,))
    _problems_of(_OFFER)


def _get_offered(url: str) -> None:
    bring_url(url, _OFFER)


def _camera(place: str) -> None:
    # Only on request, because a camera widget asks for permission as soon as it is drawn.
    if not st.toggle("Use the camera", key=f"camera-on-{place}"):
        st.caption("This browser takes the picture, and the machine of this app processes it.")
        return
    key, at = f"camera-{place}-{tray().round}", f"camera@{place}"

    def take() -> None:
        if shot := st.session_state[key]:
            name = f"Camera {tray().round + 1}"
            bring_pictures([(name, shot.getvalue(), "camera", "")], at)
            let_go([shot])

    st.camera_input("Take a picture of a car", key=key, on_change=take)
    _problems_of(at)


def sample_picker(place: str) -> None:
    """Thumbnails of the samples as buttons: one per car, and further views on request."""
    found = samples()
    if not found:
        st.caption("This copy has no sample pictures. Any photo of a car will do.")
        return
    first = one_of_each(found)
    _sample_buttons(list(first.values()), place)
    if others := [sample for name, sample in found.items() if name not in first]:
        more = st.expander(
            f"More views ({len(others)})", key=f"more-views-{place}", on_change="rerun"
        )
        if more.open:
            with more:
                _sample_buttons(others, f"{place}-views")


def _sample_buttons(found: list[SamplePicture], place: str) -> None:
    with st.container(key=f"samples-{place}"):
        for sample in found:
            _sample_button(sample, place)


def _sample_button(sample: SamplePicture, place: str) -> None:
    shop = state.workshop()
    photo = photo_of(sample)
    slug = sample.name.replace("/", "-")
    at = f"sample-{slug}@{place.removesuffix('-views')}"
    with st.container(key=f"thumb-{place}-{slug}", gap=None):
        _thumbnail(shop, photo, 480)
        st.button(
            f"{sample.title} · {sample.group}",
            key=f"sample-{place}-{slug}",
            on_click=bring_sample,
            args=(sample.name, at),
            type="tertiary",
            width="stretch",
        )
        _problems_of(at)


def _thumbnail(shop: Workshop, photo: Photo, longest: int) -> None:
    st.image(shop.original(photo, longest), width="stretch", alt=photo.name)


def filmstrip() -> None:
    """The session's pictures in a row that scrolls; a click shows one on the stage."""
    here = tray()
    shown = here.current()
    with st.container(horizontal=True, key="filmstrip", gap="small"):
        for photo in list(here.photos.values()):
            chosen = shown is not None and photo.id == shown.id
            mark = "thumb-on" if chosen else "thumb-off"
            with st.container(key=f"{mark}-{photo.id[:12]}", width=118, gap=None):
                _thumbnail(state.workshop(), photo, 240)
                st.button(
                    plain(short(photo.name)),
                    key=f"show-{photo.id[:12]}",
                    on_click=_show,
                    args=(photo.id,),
                    type="tertiary",
                    width="stretch",
                    help=None if short(photo.name) == photo.name else plain(photo.name),
                )


def _show(photo_id: str) -> None:
    tray().shown = photo_id


def short(name: str, most: int = 15) -> str:
    """A name of at most ``most`` characters; it is cut in the middle, which says least."""
    return name if len(name) <= most else f"{name[: most - 9]}…{name[-8:]}"
