"""Render sample pictures with exact masks, and backgrounds with what their light is like.

    python sample_images/render/render.py --scene street-snow --out sample_images
    python sample_images/render/render.py --scene all --missing --out sample_images

writes <out>/<folder>/<stem>.jpg and <out>/masks/<stem>.png. The mask comes from a second render
with the same camera in which every car glows and all else is black: a pixel is car where at least
half of it is. A background has <out>/backgrounds/<stem>.json in its place.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import warnings
from pathlib import Path

import bpy
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent))

from light import measure
from materials import Graph
from scenes import SCENES
from shot import Shot

LIMIT = 395_000  # bytes of a JPEG: a clone stays light


def _prepare(size: tuple[int, int], threads: int, seed: int) -> bpy.types.Scene:
    """Cycles on the processor with a fixed number of threads."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device, scene.cycles.seed = "CPU", seed
    scene.render.threads_mode, scene.render.threads = "FIXED", threads
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.render.resolution_percentage = 100
    scene.render.use_persistent_data = True
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGB"
    return scene


def photograph(shot: Shot, scene: bpy.types.Scene, samples: int, seed: int) -> np.ndarray:
    """Render the picture; returns uint8 (H, W, 3)."""
    cycles = scene.cycles
    cycles.samples, cycles.use_adaptive_sampling, cycles.adaptive_threshold = samples, True, 0.03
    cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 7, 3, 4
    cycles.transparent_max_bounces, cycles.sample_clamp_indirect = 16, 6.0
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.pixel_filter_type, cycles.filter_width = "BLACKMAN_HARRIS", 1.5
    scene.view_settings.view_transform, scene.view_settings.look = "AgX", shot.look
    scene.view_settings.exposure = shot.exposure
    return finish(_render(scene), seed)


def finish(picture: np.ndarray, seed: int) -> np.ndarray:
    """What a camera adds: a soft fall-off to the corners and fine grain. uint8 in and out."""
    height, width, _ = picture.shape
    v, u = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    light = (picture / 255.0) * (1.0 - 0.07 * (u**2 + v**2) / 2)[..., None]
    noise = np.random.default_rng(seed).normal(0.0, 1.0, (height, width, 1))
    tint = np.random.default_rng(seed + 1).normal(0.0, 0.35, (height, width, 3))
    light += (noise + tint) * 0.007 * (1.15 - light)
    return np.clip(np.rint(light * 255.0), 0, 255).astype(np.uint8)


def mask(scene: bpy.types.Scene) -> np.ndarray:
    """Render the share of each pixel that is car and cut it at one half; bool (H, W)."""
    g = Graph("mask")
    index = g.node("ObjectInfo").outputs["Object Index"]
    scene.view_layers[0].material_override = g.done(
        g.node("Emission", {"Strength": index}).outputs[0]
    )
    for thing in scene.objects:
        thing.hide_render = thing.hide_render or thing.type == "LIGHT"
    if scene.world and scene.world.node_tree:
        scene.world.node_tree.nodes.clear()
    cycles = scene.cycles
    cycles.samples, cycles.use_adaptive_sampling, cycles.use_denoising = 36, False, False
    cycles.max_bounces = 0
    cycles.pixel_filter_type, cycles.filter_width = "BOX", 1.0
    scene.view_settings.view_transform, scene.view_settings.look = "Raw", "None"
    scene.view_settings.exposure = 0.0
    share = _render(scene)[..., 0]
    scene.view_layers[0].material_override = None
    return share >= 128


def _render(scene: bpy.types.Scene) -> np.ndarray:
    """Render to a temporary PNG and read it back; uint8 (H, W, 3)."""
    with tempfile.TemporaryDirectory() as folder:
        scene.render.filepath = str(Path(folder) / "frame.png")
        bpy.ops.render.render(write_still=True)
        return np.asarray(Image.open(scene.render.filepath).convert("RGB")).copy()


def save(picture: np.ndarray, target: Path) -> None:
    """Write a JPEG at the best quality up to 88 that keeps it under LIMIT, or a PNG."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for quality in range(88, 50, -3):
        Image.fromarray(picture).save(target, quality=quality, subsampling=0, optimize=True)
        if target.suffix == ".png" or target.stat().st_size < LIMIT:
            return


def _options() -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scene", nargs="+", choices=["all", *SCENES], required=True)
    parser.add_argument("--missing", action="store_true", help="leave finished pictures alone")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder that gets <folder>/ and masks/"
    )
    parser.add_argument("--samples", type=int, help="per pixel; each scene has its own number")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full size")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-mask", action="store_true", help="the picture alone")
    parser.add_argument("--png", action="store_true", help="write the picture as PNG")
    return parser.parse_args()


def make(shot: Shot, options: argparse.Namespace) -> None:
    """Render what the scene in Blender shows; nothing is written before all of it is done."""
    size = (round(shot.size[0] * options.scale), round(shot.size[1] * options.scale))
    scene = _prepare(size, options.threads, options.seed)
    picture = photograph(shot, scene, options.samples or shot.samples, options.seed)
    target = options.out / shot.folder / f"{shot.stem}.{'png' if options.png else 'jpg'}"
    if options.no_mask:
        save(picture, target)
    elif shot.stand:
        found = json.dumps(measure(shot, scene), indent=2)
        save(picture, target)
        target.with_suffix(".json").write_text(found + "\n")
    else:
        grey = Image.fromarray(mask(scene).astype(np.uint8) * 255)
        save(picture, target)
        (options.out / "masks").mkdir(parents=True, exist_ok=True)
        grey.save(options.out / "masks" / f"{shot.stem}.png", optimize=True)


def finished(name: str, out: Path) -> bool:
    """Whether the last file of a scene is there."""
    folder, stem = SCENES[name].folder, SCENES[name].stem
    last = f"backgrounds/{stem}.json" if folder == "backgrounds" else f"masks/{stem}.png"
    return (out / last).is_file()


def main() -> None:
    """Render the scenes asked for, one after the other."""
    options = _options()
    warnings.simplefilter("ignore", DeprecationWarning)
    for name in SCENES if "all" in options.scene else options.scene:
        if not (options.missing and finished(name, options.out)):
            bpy.ops.wm.read_factory_settings(use_empty=True)
            shot = SCENES[name]
            shot.build()
            make(shot, options)


if __name__ == "__main__":
    main()
