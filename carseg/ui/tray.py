"""The pictures of one session: compressed bytes and names only; pixels live in the shared store."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import streamlit as st

from carseg import fetch, images, settings
from carseg.samples import samples
from carseg.ui import state
from carseg.ui.work import Photo

MOST_PICTURES = 40
MOST_BYTES = 400 * 2**20


@dataclass
class Tray:
    """What a session has brought.

    Attributes:
        photos: by id, in order of arrival.  shown: id of the one on the stage.
        problems: one sentence per file that could not be used, from the last addition.
        truths: name and bytes of the true mask, by photo id.
        own: the user's picture for behind the car; own_problem: why the last one is not used.
        round: counts additions; a fresh uploader is drawn after each.
    """

    photos: dict[str, Photo] = field(default_factory=dict)
    shown: str = ""
    problems: list[str] = field(default_factory=list)
    truths: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    own: Photo | None = None
    own_problem: str = ""
    round: int = 0

    def current(self) -> Photo | None:
        """The photo on the stage."""
        return self.photos.get(self.shown) or next(iter(self.photos.values()), None)

    def add(self, photo: Photo) -> None:
        """Take a readable photo; the same picture twice is one."""
        self.photos[photo.id] = photo

    def remove(self, photo_id: str) -> None:
        """Forget a photo and its truth."""
        self.photos.pop(photo_id, None)
        self.truths.pop(photo_id, None)

    def room_for(self, size: int) -> bool:
        """Whether another ``size`` bytes fit."""
        held = sum(len(p.data) for p in self.photos.values())
        return len(self.photos) < MOST_PICTURES and held + size <= MOST_BYTES


def tray() -> Tray:
    """This session's tray."""
    if "tray" not in st.session_state:
        st.session_state["tray"] = Tray()
    return st.session_state["tray"]


def bring(brought: Iterable[tuple[str, bytes, str, str]]) -> None:
    """Add pictures given as (name, bytes, origin, link) and show the first new one.

    A picture that cannot be used leaves one sentence in ``problems``; the others go on.
    """
    here = tray()
    here.problems, here.round = [], here.round + 1
    first = ""
    for name, data, origin, link in brought:
        photo = Photo(images.digest(data), name, origin, link, data)
        try:
            if photo.id not in here.photos and not here.room_for(len(data)):
                raise images.PictureError("The tray is full: remove pictures first.")
            state.workshop().decoded(photo)
        except images.PictureError as error:
            here.problems.append(f"**{plain(name)}**: {error}")
            continue
        here.add(photo)
        first = first or photo.id
    here.shown = first or here.shown


def bring_sample(name: str) -> None:
    """Add the sample called ``name``, with its true mask where one is shipped."""
    sample = samples().get(name)
    if sample is None:
        tray().problems = [f"There is no sample called {plain(name)}."]
        return
    data = sample.path.read_bytes()
    bring([(sample.title, data, "sample", sample.name)])
    if sample.mask is not None:
        tray().truths.setdefault(
            images.digest(data), (f"{sample.title} (true mask)", sample.mask.read_bytes())
        )


def bring_url(url: str) -> None:
    """Fetch a picture by its address and add it."""
    if not settings.url_input_allowed():
        tray().problems = ["Pictures by link are switched off on this server: upload the picture."]
        return
    url = url.strip()
    try:
        data = fetch.fetch(url)
    except fetch.FetchError as error:
        tray().problems = [str(error)]
        return
    bring([(url.split("?")[0].rstrip("/").rsplit("/", 1)[-1] or "picture", data, "url", url)])


def follow_link() -> None:
    """Once per session: bring what the address bar names."""
    if "followed" in st.session_state:
        return
    st.session_state["followed"] = True
    if name := st.query_params.get("sample"):
        bring_sample(name)
    elif url := st.query_params.get("url"):
        bring_url(url)


def write_link(photo: Photo | None) -> bool:
    """Put the shown sample or URL into the address bar; False where it cannot be in a link."""
    for origin in ("sample", "url"):
        if photo is not None and photo.origin == origin:
            if st.query_params.get(origin) != photo.link:
                st.query_params[origin] = photo.link
        elif origin in st.query_params:
            del st.query_params[origin]
    return photo is not None and bool(photo.link)


def plain(text: str) -> str:
    """A name as Markdown shows it letter by letter: what would act is escaped, long ones cut."""
    shown = "".join(c for c in text if c.isprintable())
    shown = shown if len(shown) <= 80 else f"{shown[:60]}…{shown[-16:]}"
    return re.sub(r"([\\`*_{}\[\]()#+!|>~$:<&])", r"\\\1", shown)
