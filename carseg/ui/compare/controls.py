"""The controls of everything after the network: thresholds, edges, colours, background.

They are in the stage's fragment: a change repaints the stage and never runs a network. Their keys
are the names in the share link.
"""

from collections.abc import Mapping, Sequence

import streamlit as st

from carseg.compositing.backgrounds import Colour
from carseg.compositing.edges import Edges
from carseg.compositing.scenes import Scene, shipped_scenes
from carseg.compositing.views import BACKGROUNDS, Background, Look, hex_colour, text_of
from carseg.imaging import codec
from carseg.models.checkpoint import Config
from carseg.service.workshop import Photo
from carseg.ui.shared import state
from carseg.ui.shared.choices import worded
from carseg.ui.shared.links import LINKED
from carseg.ui.shared.markdown import plain
from carseg.ui.shared.streamlit_internals import check_file, let_go
from carseg.ui.shared.tray import forgetting, tray

USUAL = Look()
"""The initial values of the controls."""
SHARED, EACH = "t", "each"
"""Keys of the threshold of all models, and of the switch that gives each model its own."""


def looks_of(configs: Sequence[Config]) -> tuple[dict[str, Look], Photo | None]:
    """Draw all controls; returns the look of each model, and the picture behind the car."""
    thresholds = _thresholds(configs)
    edges = _edges()
    colour, opacity, line = _tint()
    st.markdown("**New background**")
    background, own = _background()
    looks = {
        name: Look(
            edges=Edges(threshold=threshold, **edges),
            colour=colour,
            opacity=opacity,
            line=line,
            background=background,
        )
        for name, threshold in thresholds.items()
    }
    return looks, own


def _thresholds(configs: Sequence[Config]) -> dict[str, float]:
    """One slider for all models, or one for each; by model name, 0..1."""
    _begin_each(configs)
    place = st.container(gap="small")
    if len(configs) > 1:
        st.toggle(
            "A threshold for each model",
            False,
            key=EACH,
            on_change=_hand_on,
            args=([config.name for config in configs],),
            **LINKED,
        )
    with place:
        if st.session_state.get(EACH, False):
            return {config.name: _threshold(config) for config in configs}
        percent = st.slider(
            "Threshold",
            1,
            99,
            round((configs[0].threshold if configs else 0.5) * 100),
            key=SHARED,
            format="%d %%",
            help="A pixel is car if the model is at least this sure.",
            **LINKED,
        )
    return {config.name: _exact(config, percent) for config in configs}


def _hand_on(models: list[str]) -> None:
    """Let each model's own slider start where the shared one is, so that nothing jumps."""
    if st.session_state[EACH] and SHARED in st.session_state:
        for name in models:
            st.session_state[f"t-{name}"] = st.session_state[SHARED]


def _begin_each(configs: Sequence[Config]) -> None:
    """Begin with a slider for each model if a link brings their values, or if their own differ."""
    if EACH in st.session_state:
        return
    linked = any(f"t-{config.name}" in st.query_params for config in configs)
    differ = len({round(config.threshold * 100) for config in configs}) > 1
    if linked or differ:
        st.session_state[EACH] = True


def _threshold(config: Config) -> float:
    percent = st.slider(
        plain(config.title),
        1,
        99,
        round(config.threshold * 100),
        key=f"t-{config.name}",
        format="%d %%",
        help="A pixel is car if the model is at least this sure. The model's own value is "
        f"{config.threshold:.0%}.",
        **LINKED,
    )
    return _exact(config, percent)


def _exact(config: Config, percent: int) -> float:
    # The sliders are in per cent, because whole steps make short links.
    own = round(config.threshold * 100)
    return config.threshold if percent == own else percent / 100


def _edges() -> dict:
    st.markdown("**Edges**")
    refine = st.toggle(
        "Refine along the picture's edges",
        True,
        key="refine",
        help="A guided filter lets the mask follow the photo's own edges, at full size.",
        **LINKED,
    )
    feather = st.slider(
        "Feather, pixels of the full photo", 0.0, 20.0, 0.0, 0.5, "%.1f", key="feather", **LINKED
    )
    largest = st.toggle("Largest piece only", False, key="largest", **LINKED)
    holes = st.toggle("Fill holes", False, key="holes", **LINKED)
    return {
        "refine": refine,
        "feather": feather,
        "largest_piece": largest,
        "fill_holes": holes,
    }


def _tint() -> tuple[Colour, float, int]:
    """Colour, opacity (0..1) and width of the line, in thousandths of the picture."""
    st.markdown("**Overlay and outline**")
    colour = hex_colour(st.color_picker("Colour", text_of(USUAL.colour), key="colour", **LINKED))
    opaque = round(100 * USUAL.opacity)
    opacity = st.slider("Opacity, %", 10, 100, opaque, 5, key="opacity", **LINKED)
    line = st.slider("Outline, ‰ of the picture", 1, 12, USUAL.line, key="line", **LINKED)
    return colour, opacity / 100, line


def _background() -> tuple[Background, Photo | None]:
    scenes = shipped_scenes()
    kinds = [kind for kind in BACKGROUNDS if scenes or kind != "scene"]
    kind = st.selectbox(
        "Behind the car", kinds, format_func=worded(BACKGROUNDS), key="behind", **LINKED
    )
    usual = USUAL.background
    first, second, blur = usual.colour, usual.second, usual.blur
    own, scene = None, None
    if kind in ("colour", "gradient"):
        label = "Colour" if kind == "colour" else "Top"
        first = hex_colour(st.color_picker(label, text_of(first), key="behind-1", **LINKED))
    if kind == "gradient":
        second = hex_colour(st.color_picker("Bottom", text_of(second), key="behind-2", **LINKED))
    if kind == "blur":
        blur = st.slider("Blur, ‰ of the picture", 2, 60, blur, key="blur", **LINKED)
    if kind == "picture":
        own = _own_picture()
    if kind == "scene":
        scene, own = _scene(scenes)
    standing = st.toggle(
        "Shadow and light",
        key="standing",
        help="Draws a soft shadow where the car meets the ground, and shows the car's colours in "
        "the light of the background. Both are guesses; a scene's light is known.",
        **LINKED,
    )
    background = Background(
        kind,
        first,
        second,
        blur,
        picture=own.id if own else "",
        scene=scene.name if scene else "",
        ground=scene.ground if scene and own else None,
        standing=standing,
    )
    return background, own


def _scene(scenes: Mapping[str, Scene]) -> tuple[Scene, Photo | None]:
    """Draw the choice; returns the scene and its picture, which is None if it cannot be read."""
    name = st.selectbox(
        "Scene",
        list(scenes),
        format_func=lambda name: scenes[name].title,
        key="scene",
        help="A scene rendered for this app. The car stands on its ground.",
        **LINKED,
    )
    scene = scenes[name]
    try:
        data = scene.path.read_bytes()
        photo = Photo(codec.digest(data), scene.title, "scene", scene.name, data)
        state.workshop().decoded(photo)
    except (OSError, codec.PictureError):
        st.error(f"The scene {plain(scene.title)} cannot be read: choose another one.")
        return scene, None
    if scene.problem:
        st.warning(scene.problem)
    return scene, photo


def _own_picture() -> Photo | None:
    here = tray()
    key = f"own-file-{here.own_round}"
    st.file_uploader(
        "Your background picture",
        type=codec.readable_types(),
        key=key,
        on_change=_take_own,
        args=(key,),
        max_upload_size=codec.MOST_MB,
    )
    if here.own_problem:
        st.error(here.own_problem)
    if here.own is None:
        st.caption("Choose a picture to put behind the car.")
    else:
        st.button(
            f"Remove {plain(here.own.name)}",
            key="own-drop",
            on_click=_drop_own,
            icon=":material/close:",
        )
    return here.own


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
