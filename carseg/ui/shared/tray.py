"""The pictures of one session: only compressed bytes and names; pixels are in the shared store."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

import streamlit as st

from carseg.core import settings
from carseg.core.store import ByteLru
from carseg.data.samples import samples
from carseg.imaging import codec
from carseg.imaging.net import fetch
from carseg.imaging.net.urls import parse
from carseg.objects.cars import Spot
from carseg.service.inputs import link_name
from carseg.service.retouching import Retouch
from carseg.service.truth import Truth, truth_for
from carseg.service.workshop import Photo, photo_of
from carseg.ui.shared import state
from carseg.ui.shared.markdown import plain
from carseg.ui.shared.streamlit_internals import check_file
from carseg.ui.shared.waiting import showing_place, tell_at_once

MOST_PICTURES = 40
_MOST_BYTES = 400 * 2**20
KEPT_MINUTES = 30
"""So long the pictures of a page that is closed or reloaded are kept."""
_MOST_OF_ALL = 2 * 2**30
FULL = "The tray is full: remove pictures first."
SERVER_FULL = (
    "This server holds as many pictures of its visitors as it can: try again in a few minutes."
)
DOMAIN_TITLES = {"street": "Street", "studio": "Studio"}


@dataclass(frozen=True)
class Problem:
    """One sentence, and the key of the field that it belongs under; '' if there is none."""

    field: str
    text: str


@dataclass
class Tray:
    """The pictures that a session has added.

    Attributes:
        photos: by id, in order of arrival.  shown: id of the photo on the stage.
        problems: one per unusable file of the last addition.  notes: a sentence on others of them.
        truths: name and bytes of the true mask, by photo id.
        retouches: strokes of the keep and erase brush, by photo id and model.
        cars: the cars that are kept, by photo id and model (``Edges.cars``); automatic elsewhere.
        own: the user's background picture.  own_problem: why the last one is not used.
        offered: the address of a picture that an opened link names and that is not fetched yet.
        lost: how many pictures the page had before, which are no longer kept.
        round, own_round: numbers of additions; a new uploader is drawn after each.
        token: names this tray. Who shows it gets the pictures, so it is secret.
    """

    photos: dict[str, Photo] = field(default_factory=dict)
    shown: str = ""
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    truths: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    retouches: dict[str, dict[str, Retouch]] = field(default_factory=dict)
    cars: dict[str, dict[str, tuple[Spot, ...]]] = field(default_factory=dict)
    own: Photo | None = None
    own_problem: str = ""
    offered: str = ""
    lost: int = 0
    round: int = 0
    own_round: int = 0
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    @property
    def held(self) -> int:
        """Bytes of all pictures, true masks and the background."""
        pictures = [photo.data for photo in self.photos.values()]
        masks = [data for _, data in self.truths.values()]
        return sum(map(len, [*pictures, *masks, self.own.data if self.own else b""]))

    def current(self) -> Photo | None:
        """The photo on the stage."""
        return self.photos.get(self.shown) or next(iter(self.photos.values()), None)

    def check(self, photo: Photo) -> None:
        """Raise ``PictureError`` if a photo does not fit; one that is already there always fits."""
        if photo.id in self.photos:
            return
        if len(self.photos) >= MOST_PICTURES:
            raise codec.PictureError(FULL)
        self._check_room(photo.data)

    def add(self, photo: Photo) -> None:
        """Add a readable photo; the same picture is added only once."""
        self.photos[photo.id] = photo

    def add_truth(self, photo_id: str, name: str, data: bytes) -> None:
        """Set a photo's true mask. Raises ``PictureError`` if the tray is full."""
        _, before = self.truths.get(photo_id, ("", b""))
        self._check_room(data, before)
        self.truths[photo_id] = name, data

    def add_own(self, photo: Photo) -> None:
        """Set the background picture. Raises ``PictureError`` if the tray is full."""
        self._check_room(photo.data, self.own.data if self.own else b"")
        self.own = photo

    def remove(self, photo_id: str) -> None:
        """Remove a photo, its truth, its strokes and its choice of cars."""
        self.photos.pop(photo_id, None)
        self.truths.pop(photo_id, None)
        self.retouches.pop(photo_id, None)
        self.cars.pop(photo_id, None)

    def retouch(self, photo_id: str, model: str) -> Retouch:
        """The strokes on a model's result of a photo of the tray."""
        return self.retouches.setdefault(photo_id, {}).setdefault(model, Retouch())

    def adopt(self, other: "Tray") -> None:
        """Take what another tray holds, before what is already here, which stays on the stage."""
        shown = self.shown or other.shown
        self.photos = {**other.photos, **self.photos}
        self.truths = {**other.truths, **self.truths}
        # Copied: each page goes on drawing for itself.
        self.retouches = {**deepcopy(other.retouches), **self.retouches}
        self.cars = {**deepcopy(other.cars), **self.cars}
        self.own = self.own or other.own
        for photo in self.photos.values():
            if self.offered and photo.link == self.offered:
                self.offered, shown = "", photo.id
        self.shown = shown

    def let_go(self) -> None:
        """Hold nothing any more."""
        self.photos, self.truths, self.retouches = {}, {}, {}
        self.own, self.shown = None, ""

    def ids(self) -> set[str]:
        """The ids of the visitor's photos, background and true masks, as in the store's keys.

        Shipped pictures are left out: they are not private, and other sessions show them.
        """
        pictures = [*self.photos.values(), *([self.own] if self.own else [])]
        masks = {codec.digest(data) for _, data in self.truths.values()}
        return masks | {picture.id for picture in pictures if picture.origin != "sample"}

    def _check_room(self, data: bytes, instead_of: bytes = b"") -> None:
        more = len(data) - len(instead_of)
        if self.held + more > _MOST_BYTES:
            raise codec.PictureError(FULL)
        if sum(other.held for other in list(_OPEN.values())) + more > _MOST_OF_ALL:
            raise codec.PictureError(SERVER_FULL)


_OPEN: WeakValueDictionary[int, Tray] = WeakValueDictionary()
"""The trays of all sessions, as long as these exist."""


def tray() -> Tray:
    """This session's tray."""
    if "tray" not in st.session_state:
        st.session_state["tray"] = Tray()
    here = st.session_state["tray"]
    _OPEN[id(here)] = here
    _while_open(here)
    return here


def _closed(of_session: tuple[Tray, ByteLru]) -> None:
    here, store = of_session
    store.forget(*here.ids())


@st.cache_resource(scope="session", show_spinner=False, on_release=_closed)
def _while_open(_here: Tray) -> tuple[Tray, ByteLru]:
    """The tray and the store. When the page closes, the store drops all pixels of its pictures.

    A page that comes back still has its tray, and its pictures are computed again.
    """
    return _here, state.store()


@contextmanager
def forgetting() -> Iterator[Tray]:
    """The tray, for removing something: the store then drops everything that was made from it."""
    here = tray()
    before = here.ids()
    yield here
    state.store().forget(*before - here.ids())


def remove_photo(photo_id: str) -> None:
    """Remove a photo and its truth, and everything that was made from them."""
    with forgetting() as here:
        here.remove(photo_id)


def remove_all() -> None:
    """Remove all photos and their truths, and everything that was made from them."""
    with forgetting() as here:
        for photo_id in list(here.photos):
            here.remove(photo_id)


def bring_pictures(brought: Iterable[tuple[str, bytes, str, str]], at: str = "") -> bool:
    """Add pictures given as (name, bytes, origin, link) and show the first new one.

    For an unusable picture one sentence is added to ``problems``; the other pictures are added.

    Args:
        at: the key of the field that they come from.

    Returns:
        Whether all of them are there.
    """
    here = tray()
    here.problems, here.offered, here.lost, here.round = [], "", 0, here.round + 1
    here.notes = []
    first = ""
    tell_at_once()
    with st.spinner("Reading the pictures ...", show_time=True), showing_place():
        for name, data, origin, link in brought:
            photo = Photo(codec.digest(data), name, origin, link, data)
            try:
                check_file(data)
                here.check(photo)
                state.workshop().decoded(photo)
            except codec.PictureError as error:
                here.problems.append(Problem(at, f"**{plain(name)}**: {error}"))
                continue
            here.add(photo)
            first = first or photo.id
            if note := codec.note_on(data):
                here.notes.append(f"**{plain(name)}**: {note}")
    here.shown = first or here.shown
    return not here.problems


def bring_sample(name: str, at: str = "") -> None:
    """Add the sample called ``name``, with its true mask where one is shipped."""
    sample = samples().get(name)
    if sample is None:
        tray().problems = [Problem(at, f"There is no sample called {plain(name)}.")]
        return
    try:
        photo = photo_of(sample)
        mask = sample.mask.read_bytes() if sample.mask else None
    except OSError:
        tray().problems = [
            Problem(at, f"The sample {plain(sample.title)} cannot be read: choose another one.")
        ]
        return
    bring_pictures([(photo.name, photo.data, photo.origin, photo.link)], at)
    if mask is not None:
        bring_truth(photo.id, f"{sample.title} (true mask)", mask, at)


def bring_truth(photo_id: str, name: str, data: bytes, at: str = "") -> None:
    """Add a true mask to a picture of the tray, unless it already has one."""
    here = tray()
    if photo_id not in here.photos or photo_id in here.truths:
        return
    try:
        here.add_truth(photo_id, name, data)
    except codec.PictureError as error:
        here.problems.append(Problem(at, f"**{plain(name)}**: {error}"))


def bring_url(url: str, at: str = "") -> bool:
    """Fetch a picture by its address and add it; whether that went well."""
    url = url.strip()
    try:
        data = fetch.fetch(url)
    except fetch.FetchError as error:
        tray().problems = [Problem(at, str(error))]
        return False
    return bring_pictures([(link_name(url), data, "url", url)], at)


def follow_link() -> None:
    """Once per session: add the sample that the address bar names, or offer its picture.

    A picture's address is not fetched yet: opening a link must not contact a stranger's site.
    """
    if "followed" in st.session_state:
        return
    st.session_state["followed"] = True
    if name := st.query_params.get("sample"):
        bring_sample(name)
    elif url := st.query_params.get("url"):
        _offer(url)


def _offer(url: str) -> None:
    here = tray()
    try:
        if not settings.url_input_allowed():
            raise fetch.FetchError(fetch.SWITCHED_OFF)
        parse(url)
    except fetch.FetchError as error:
        here.problems = [Problem("", str(error))]
    else:
        here.offered = url


def write_link(photo: Photo | None) -> bool:
    """Put the shown sample or URL into the address bar; False if a link cannot contain it."""
    for origin in ("sample", "url"):
        if photo is not None and photo.origin == origin:
            if st.query_params.get(origin) != photo.link:
                st.query_params[origin] = photo.link
        elif origin in st.query_params and not (origin == "url" and tray().offered):
            del st.query_params[origin]
    return photo is not None and bool(photo.link)


def truth_of(photo: Photo) -> tuple[Truth | None, str]:
    """The photo's true mask, if it has one, and one sentence if it cannot be used."""
    brought = tray().truths.get(photo.id)
    if brought is None:
        return None, ""
    name, data = brought
    try:
        return truth_for(state.workshop(), photo, name, data), ""
    except codec.PictureError as error:
        return None, f"**{plain(name)}**: {error}"
