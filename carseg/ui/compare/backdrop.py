"""What is behind the car: a strip of thumbnails, and the few controls of the chosen background.

The choice is in the session and in the share link under ``behind`` and ``scene``; colours, blur and
light are widgets of their own.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import streamlit as st

from carseg.compositing.scenes import Scene, shipped_scenes
from carseg.compositing.views import BACKGROUNDS, Background, Look, hex_colour, text_of
from carseg.imaging import codec
from carseg.service.backdrops import thumbnail
from carseg.service.workshop import Ask, Photo
from carseg.ui.components.strip import Thumbnail, strip
from carseg.ui.shared import media, state
from carseg.ui.shared.links import LINKED, linked_choice
from carseg.ui.shared.markdown import plain
from carseg.ui.shared.streamlit_internals import check_file, let_go
from carseg.ui.shared.tray import forgetting, tray

VIEWS = ("cutout", "background")
"""The views with which the strip is shown."""
USUAL = Background()
_KEY, _CLEAR, _WHITE, _SCENE = "backdrops", "clear", "white", "scene:"
_WHITE_TEXT = "#ffffff"
_NAMES = {
    _CLEAR: "Transparent",
    _WHITE: "White",
    "colour": "A colour of your choice",
    "gradient": "Gradient",
    "blur": "The photo, blurred",
}


def choose(*, drawn: bool) -> tuple[Background, Photo | None]:
    """The chosen background and its picture.

    Args:
        drawn: draw the controls that belong to it; else its values are those of before.
    """
    scenes = shipped_scenes()
    kinds = {kind: words for kind, words in BACKGROUNDS.items() if scenes or kind != "scene"}
    kind = linked_choice("behind", kinds, USUAL.kind)
    scene, own = None, tray().own if kind == "picture" else None
    if kind == "scene":
        titles = {name: one.title for name, one in scenes.items()}
        scene = scenes[linked_choice("scene", titles, next(iter(titles)))]
        own = _readable(_scene_picture(scene))
    else:
        st.query_params.pop("scene", None)
    if drawn:
        _controls(kind, scene, own)
    return _background(kind, scene, own), own


def _background(kind: str, scene: Scene | None, own: Photo | None) -> Background:
    """The background as the session has it."""
    known = st.session_state
    return Background(
        kind,
        hex_colour(known.get("behind-1", text_of(USUAL.colour))),
        hex_colour(known.get("behind-2", text_of(USUAL.second))),
        known.get("blur", USUAL.blur),
        picture=own.id if own else "",
        scene=scene.name if scene else "",
        ground=scene.ground if scene and own else None,
        standing=known.get(_standing_key(scene), _asks_for_light(scene)),
    )


def _asks_for_light(scene: Scene | None) -> bool:
    return scene is not None and scene.ground is not None


def _standing_key(scene: Scene | None) -> str:
    """Scenes have a switch of their own, because theirs is on at first."""
    return "scene-light" if _asks_for_light(scene) else "standing"


def _controls(kind: str, scene: Scene | None, own: Photo | None) -> None:
    if kind in ("colour", "gradient"):
        label = "Colour" if kind == "colour" else "Top"
        st.color_picker(label, text_of(USUAL.colour), key="behind-1", **LINKED)
    if kind == "gradient":
        st.color_picker("Bottom", text_of(USUAL.second), key="behind-2", **LINKED)
    if kind == "blur":
        st.slider("Blur, ‰", 2, 60, USUAL.blur, key="blur", width=150, **LINKED)
    if kind == "picture":
        _own_picture()
    if scene and own is None:
        st.error(f"The scene {plain(scene.title)} cannot be read: choose another one.")
    elif scene and scene.problem:
        st.warning(scene.problem)
    st.toggle(
        "Shadow and light",
        _asks_for_light(scene),
        key=_standing_key(scene),
        help="Draws a soft shadow where the car meets the ground, and shows the car's colours in "
        "the light of the background. Both are guesses; a scene's light is known.",
        **LINKED,
    )


def _scene_picture(scene: Scene) -> Photo | None:
    """The picture of a scene; None if its file cannot be opened."""
    try:
        state_of_file = scene.path.stat()
        return _photo_of(
            scene.path, scene.title, (state_of_file.st_mtime_ns, state_of_file.st_size)
        )
    except OSError:
        return None


@lru_cache(32)
def _photo_of(path: Path, title: str, _version: tuple[int, int]) -> Photo:
    data = path.read_bytes()
    return Photo(codec.digest(data), title, "scene", path.stem, data)


def _readable(picture: Photo | None) -> Photo | None:
    """The picture, or None if it is no picture."""
    try:
        if picture:
            state.workshop().decoded(picture)
    except codec.PictureError:
        return None
    return picture


# ---- the strip -------------------------------------------------------------------------------


def draw_strip(photo: Photo, ask: Ask | None, look: Look, view: str) -> None:
    """Draw the thumbnails; a click chooses the background, and the view that shows it.

    Args:
        ask, look: the result in the thumbnails; without an ask they show backgrounds alone.
        view: the view on the stage, one of ``VIEWS``.
    """
    items = []
    for name, words, background, own in _all(look.background):
        url = ""
        if background is None or background.kind != "picture" or own:
            try:
                data, kind = thumbnail(
                    state.workshop(), photo, ask, look, background=background, own=own
                )
            except codec.PictureError:
                continue
            url = media.picture_address(data, kind, f"{_KEY}-{name}")
        items.append(Thumbnail(name, words, url, clear=background is None))
    chosen = _CLEAR if view == "cutout" else _chosen(look.background)
    strip(items, label="Behind the car", chosen=chosen, key=_KEY, on_choose=_take)


def _all(now: Background) -> list[tuple[str, str, Background | None, Photo | None]]:
    """Every choice: its id, its name, the background it stands for, and that one's picture."""
    white = (255, 255, 255)
    colour = USUAL.colour if now.colour == white else now.colour
    plain_ones = {
        _CLEAR: None,
        _WHITE: Background(colour=white),
        "colour": Background(colour=colour),
        "gradient": Background("gradient", now.colour, now.second),
        "blur": Background("blur", blur=now.blur),
    }
    found: list[tuple[str, str, Background | None, Photo | None]] = [
        (name, _NAMES[name], background, None) for name, background in plain_ones.items()
    ]
    for name, scene in shipped_scenes().items():
        if picture := _scene_picture(scene):
            found.append((f"{_SCENE}{name}", scene.title, _in_scene(scene, picture), picture))
    own = tray().own
    words = f"Your picture {own.name}" if own else "A picture of your own"
    found.append(("picture", words, Background("picture", picture=own.id if own else ""), own))
    if now.kind == "checker":
        found.append(("checker", BACKGROUNDS["checker"], Background("checker"), None))
    return found


def _in_scene(scene: Scene, picture: Photo) -> Background:
    light = _asks_for_light(scene)
    return Background(
        "scene", picture=picture.id, scene=scene.name, ground=scene.ground, standing=light
    )


def _chosen(background: Background) -> str:
    if background.kind == "scene":
        return f"{_SCENE}{background.scene}"
    white = background.kind == "colour" and text_of(background.colour) == _WHITE_TEXT
    return _WHITE if white else background.kind


def _take() -> None:
    """A thumbnail was chosen in the browser."""
    sent = st.session_state[_KEY].get("choose")
    scene = sent.removeprefix(_SCENE) if isinstance(sent, str) else ""
    if sent == _CLEAR:
        _turn("cutout")
    elif sent == _WHITE:
        _set("colour", colour=_WHITE_TEXT)
    elif sent == "colour":
        before = st.session_state.get("behind-1", _WHITE_TEXT)
        _set("colour", colour=text_of(USUAL.colour) if before == _WHITE_TEXT else before)
    elif sent != scene and scene in shipped_scenes():
        st.session_state["scene"] = scene
        _set("scene")
    elif sent in BACKGROUNDS and sent != "scene":
        _set(sent)


def _set(kind: str, colour: str = "") -> None:
    st.session_state["behind"] = kind
    if colour:
        st.session_state["behind-1"] = colour
    _turn("background")


def _turn(view: str) -> None:
    """Show cut-outs, or new backgrounds, where the other of the two is shown."""
    known: Mapping = st.session_state
    if known.get("view") in VIEWS:
        st.session_state["view"] = view
    for side in ("left", "right"):
        model, _, before = str(known.get(side, "")).rpartition(":")
        if before in VIEWS:
            st.session_state[side] = f"{model}:{view}"


# ---- a picture of one's own ------------------------------------------------------------------


def _own_picture() -> None:
    here = tray()
    key = f"own-file-{here.own_round}"
    st.file_uploader(
        "Your background picture",
        type=[suffix.lstrip(".") for suffix in codec.PICTURE_EXTENSIONS],
        key=key,
        on_change=_take_own,
        args=(key,),
        max_upload_size=codec.MOST_MB,
        width=320,
    )
    if here.own_problem:
        st.error(here.own_problem)
    if here.own is not None:
        st.button(
            f"Remove {plain(here.own.name)}",
            key="own-drop",
            on_click=_drop_own,
            icon=":material/close:",
        )


def _take_own(key: str) -> None:
    here, file = tray(), st.session_state[key]
    if file is None:
        return
    here.own_problem, here.own_round = "", here.own_round + 1
    data = file.getvalue()
    let_go([file])
    photo = Photo(codec.digest(data), file.name, "upload", "", data)
    try:
        check_file(data)
        state.workshop().decoded(photo)
        with forgetting():
            here.add_own(photo)
    except codec.PictureError as error:
        state.store().forget(photo.id)
        here.own_problem = f"**{plain(file.name)}**: {error}"


def _drop_own() -> None:
    with forgetting() as here:
        here.own, here.own_problem = None, ""
