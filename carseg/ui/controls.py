"""The controls of what comes after the network: thresholds, edges, colours, background.

They stand in the stage's fragment: moving one repaints and never runs a network. Their keys are
the names in the share link.
"""

from collections.abc import Iterable, Mapping

import streamlit as st

from carseg import images
from carseg.backdrops import Backdrop, backdrops
from carseg.matte import Edges
from carseg.models.checkpoint import Config
from carseg.ui import state
from carseg.ui.looks import BACKGROUNDS, Background, Look, hex_colour
from carseg.ui.tray import plain, tray
from carseg.ui.work import Photo

LINKED = {"bind": "query-params", "persist_state": "session"}
"""In the share link, and kept while another page is looked at."""


def looks_of(configs: Iterable[Config], views: set[str]) -> tuple[dict[str, Look], Photo | None]:
    """Draw all controls; the look per model, and the picture behind the car, own or a scene's.

    Args:
        views: those on the stage; their groups are open.
    """
    configs = list(configs)
    with st.expander("Threshold", expanded=True, icon=":material/tune:"):
        thresholds = {config.name: _threshold(config) for config in configs}
    with st.expander("Edges", expanded=True, icon=":material/polyline:"):
        edges = _edges()
    tinted = bool(views & {"overlay", "outline"})
    with st.expander("Overlay and outline", expanded=tinted, icon=":material/palette:"):
        colour = hex_colour(st.color_picker("Colour", "#e69f00", key="colour", **LINKED))
        opacity = st.slider("Opacity, %", 10, 100, 50, 5, key="opacity", **LINKED)
        line = st.slider("Outline, ‰ of the picture", 1, 12, 3, key="line", **LINKED)
    with st.expander("New background", expanded="background" in views, icon=":material/wallpaper:"):
        background, own = _background()
    looks = {
        name: Look(
            edges=Edges(threshold=threshold, **edges),
            colour=colour,
            opacity=opacity / 100,
            line=line,
            background=background,
        )
        for name, threshold in thresholds.items()
    }
    return looks, own


def _threshold(config: Config) -> float:
    # In per cent: whole steps make short links.
    percent = st.slider(
        config.title,
        1,
        99,
        round(config.threshold * 100),
        key=f"t-{config.name}",
        format="%d %%",
        help=f"Car where the model is at least this sure. Its own value is {config.threshold:.0%}.",
        **LINKED,
    )
    own = round(config.threshold * 100)
    return config.threshold if percent == own else percent / 100


def _edges() -> dict:
    refine = st.toggle(
        "Refine along the picture's edges",
        True,
        key="refine",
        help="A guided filter lets the mask follow the photo's own edges, at full size.",
        **LINKED,
    )
    feather = st.slider(
        "Feather, pixels of the full photo", 0.0, 20.0, 0.0, 0.5, key="feather", **LINKED
    )
    largest = st.toggle("Largest piece only", False, key="largest", **LINKED)
    holes = st.toggle("Fill holes", False, key="holes", **LINKED)
    return {
        "refine": refine,
        "feather": feather,
        "largest_piece": largest,
        "fill_holes": holes,
    }


def _background() -> tuple[Background, Photo | None]:
    scenes = backdrops()
    kinds = [kind for kind in BACKGROUNDS if scenes or kind != "scene"]
    kind = st.selectbox(
        "Behind the car", kinds, format_func=BACKGROUNDS.get, key="behind", **LINKED
    )
    plain = Background()
    first, second = plain.colour, plain.second
    blur, own, scene = plain.blur, None, None
    if kind in ("colour", "gradient"):
        label = "Colour" if kind == "colour" else "Top"
        first = hex_colour(st.color_picker(label, "#f0f0ec", key="behind-1", **LINKED))
    if kind == "gradient":
        second = hex_colour(st.color_picker("Bottom", "#788c9b", key="behind-2", **LINKED))
    if kind == "blur":
        blur = st.slider("Blur, ‰ of the picture", 2, 60, 12, key="blur", **LINKED)
    if kind == "picture":
        own = _own_picture()
    if kind == "scene":
        scene, own = _scene(scenes)
    standing = st.toggle(
        "Shadow and light",
        key="standing",
        help="A soft shadow where the car meets the ground, and its colours in the light of what "
        "is behind it. Both are guesses; a scene's light is known.",
        **LINKED,
    )
    background = Background(
        kind,
        first,
        second,
        blur,
        picture=own.id if own else "",
        scene=scene.name if scene else "",
        place=scene.place if scene and own else None,
        standing=standing,
    )
    return background, own


def _scene(scenes: Mapping[str, Backdrop]) -> tuple[Backdrop, Photo | None]:
    """Draw the choice; the scene and its picture, None where that cannot be read."""
    name = st.selectbox(
        "Scene",
        list(scenes),
        format_func=lambda name: scenes[name].title,
        key="scene",
        help="A place rendered for this app. The car stands on its ground.",
        **LINKED,
    )
    scene = scenes[name]
    try:
        data = scene.path.read_bytes()
        photo = Photo(images.digest(data), scene.title, "scene", scene.name, data)
        state.workshop().decoded(photo)
    except (OSError, images.PictureError):
        st.error(f"The scene {plain(scene.title)} cannot be read: choose another one.")
        return scene, None
    if scene.problem:
        st.warning(scene.problem)
    return scene, photo


def _own_picture() -> Photo | None:
    here = tray()
    st.file_uploader(
        "Your background picture",
        type=[suffix.lstrip(".") for suffix in images.PICTURE_EXTENSIONS],
        key="own-file",
        on_change=_take_own,
        max_upload_size=images.MOST_MB,
    )
    if here.own_problem:
        st.error(here.own_problem)
    if here.own is None:
        st.caption("Choose a picture to put behind the car.")
    return here.own


def _take_own() -> None:
    here, file = tray(), st.session_state["own-file"]
    here.own, here.own_problem = None, ""
    if file is None:
        return
    data = file.getvalue()
    photo = Photo(images.digest(data), file.name, "upload", "", data)
    try:
        state.workshop().decoded(photo)
    except images.PictureError as error:
        here.own_problem = f"**{plain(file.name)}**: {error}"
    else:
        here.own = photo
