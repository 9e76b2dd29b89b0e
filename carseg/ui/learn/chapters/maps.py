"""Feature maps of a trained network for the chosen picture, layer by layer."""

from typing import NamedTuple

import cv2
import numpy as np
import streamlit as st

from carseg.inference.predictor import fingerprint
from carseg.introspect.features import FeatureError, feature_maps
from carseg.introspect.stages import Stage
from carseg.models.checkpoint import CheckpointError, Config
from carseg.ui.learn import examples, networks, small_pictures
from carseg.ui.learn.diagram_layout import words_of
from carseg.ui.learn.examples import Example
from carseg.ui.learn.papers import cite
from carseg.ui.learn.small_pictures import Panel
from carseg.ui.shared import state
from carseg.ui.shared.choices import worded
from carseg.ui.shared.links import LINKED
from carseg.ui.shared.markdown import shown

_TILE, _SHOWN, _COLUMNS = 160, 24, 3
SCALES = {"own": "Each map by itself", "one": "All maps together"}


class Maps(NamedTuple):
    """A layer's maps, shrunk for the cache: float32 (n, h, w), and their original size."""

    values: np.ndarray
    size: tuple[int, int]


def layer_choices(stages: list[Stage]) -> dict[str, str]:
    """The layers to choose from, name to words: each convolution after its norm and ReLU.

    Layers that are used several times have several outputs, so they are left out.
    """
    names = [step.name for stage in stages for step in stage.steps]
    found: dict[str, str] = {}
    for number, stage in enumerate(stages, 1):
        last = ""
        for step in stage.steps:
            if len(step.shape) != 3 or not step.name or names.count(step.name) > 1:
                continue
            if last and not _works(step.kind):
                found.pop(last, None)  # its norm or ReLU is listed instead
            if _works(step.kind) or last:
                words = f"Stage {number}: {words_of(step.shape)}, {step.name}"
                found[step.name], last = words, step.name
    return found


def _works(kind: str) -> bool:
    return kind.startswith("Conv") or kind == "Transformer"


def shrunk(maps: np.ndarray, width: int = _TILE) -> np.ndarray:
    """Maps float32 (n, h, w) no wider than ``width``, by area average."""
    if maps.shape[2] <= width:
        return maps
    size = (width, max(1, round(width * maps.shape[1] / maps.shape[2])))
    return np.stack([cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in maps])


def levels(maps: np.ndarray, scale: str) -> np.ndarray:
    """Maps (n, h, w) as grey 0..255: the smallest value black, the largest white.

    The values are those of each map alone (``own``) or of all maps together (``one``). A constant
    map is black.
    """
    axes = (1, 2) if scale == "own" else (0, 1, 2)
    low = maps.min(axes, keepdims=True)
    room = np.maximum(maps.max(axes, keepdims=True) - low, 1e-12)
    return np.rint(255 * (maps - low) / room).astype(np.uint8)


def of_layer(example: Example, model: str, config: Config, layer: str) -> Maps:
    """The maps of one layer, cached by checkpoint and picture in the shared store."""
    shop = state.workshop()

    def make() -> Maps:
        rgb = shop.decoded(example.photo).rgb
        values = feature_maps(shop.predictor, rgb, model, [layer])[layer]
        return Maps(shrunk(values), values.shape[1:])

    key = ("maps", shop.predictor.device.kind, model, fingerprint(config), example.photo.id, layer)
    return shop.store.get_or_make(key, make)


def draw() -> None:
    """The chapter."""
    st.markdown(
        "Each convolution makes many **feature maps**: one picture per kernel, bright where the "
        "kernel found its pattern. Early maps show edges and colours at full size. At the bottom a "
        "few coarse squares say *wheel here* in the network's own language. On the way up the car "
        "stands out. Some maps of a trained network stay empty."
    )
    configs = state.current_shelf().configs
    if not configs:
        st.info(networks.NO_WEIGHTS, icon=":material/deployed_code_alert:")
        st.caption(cite("zeiler"))
        return
    first, second, third = st.columns(3)
    with first:
        example = examples.choose_example()
    with second:
        model = networks.choose_model()
    design = networks.of_model(model)
    layers = layer_choices(networks.stages_of(design, design.grid(example.size)))
    layer = third.selectbox(
        "Layer", list(layers), format_func=worded(layers), key=f"layer-{design.key}", **LINKED
    )
    try:
        with st.spinner("Running the network ...", show_time=True):
            maps = of_layer(example, model, configs[model], layer)
    except (CheckpointError, FeatureError) as error:
        st.error(shown(str(error)))
        return
    sheet(maps, f"{configs[model].title}, {layer}")
    st.caption(cite("zeiler"))


def sheet(maps: Maps, name: str) -> None:
    """A page of maps, with an explanation of their scale."""
    count = len(maps.values)
    left, right = st.columns(2, vertical_alignment="bottom")
    scale = left.segmented_control(
        "Scale",
        list(SCALES),
        default="own",
        required=True,
        format_func=worded(SCALES),
        key="map-scale",
        **LINKED,
    )
    start = 0
    if count > _SHOWN:
        start = right.select_slider(
            "Maps",
            range(0, count, _SHOWN),
            format_func=lambda s: f"{s + 1} to {min(s + _SHOWN, count)}",
            key=f"maps-of-{count}",
            **LINKED,
        )
    chosen = maps.values[start : start + _SHOWN]
    times = max(1, _TILE // chosen.shape[2])
    tiles = levels(chosen, scale).repeat(times, 1).repeat(times, 2)
    # A few maps are in one sheet; many are in two, side by side, or one below the other on a phone.
    middle = len(tiles) if len(tiles) <= 2 * _COLUMNS else -(-len(tiles) // 2)
    sheets = [(0, tiles[:middle]), (middle, tiles[middle:])]
    small_pictures.row([part(some, start + at, maps, name) for at, some in sheets if len(some)])
    same = int((maps.values.max((1, 2)) == maps.values.min((1, 2))).sum())
    black = "of each map" if scale == "own" else "of all shown"
    st.caption(
        f"Black is the smallest value {black}, white the largest; here from {chosen.min():.2f} to "
        f"{chosen.max():.2f}. {same} of all {count} are the same everywhere."
    )


def part(tiles: np.ndarray, start: int, maps: Maps, name: str) -> Panel:
    """Some maps as one picture: tiles uint8 (n, h, w), numbered from ``start``."""
    which = f"{start + 1} to {start + len(tiles)}" if len(tiles) > 1 else f"{start + 1}"
    return Panel(
        small_pictures.tiled(tiles, _COLUMNS, 4),
        f"Map{'s' * (len(tiles) > 1)} {which} of {len(maps.values)}, each {words_of(maps.size)}",
        f"Feature maps of {name} as small grey pictures: {which}.",
    )
