"""The page's arithmetic (docs/demo/picture.js) in Chromium, against the library's own."""

import base64

import numpy as np
import pytest
from PIL import Image

from carseg.compositing.edges import Edges, alpha
from carseg.compositing.overlays import overlay
from carseg.imaging.grid import grid_for
from carseg.inference.engines.engine import probabilities
from carseg.inference.engines.tensors import normalised, padded
from carseg.inference.prediction import Prediction
from carseg.models.checkpoint import Config
from tests.browser.serving import files
from tests.factories.checkpoints import FACTS
from tests.factories.demo import SOURCES

HELP = """
const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
const text = array => {
  const all = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  let made = "";
  for (const byte of all) made += String.fromCharCode(byte);
  return btoa(made);
};
"""
SIZES = [(97, 143), (143, 97), (31, 400), (500, 24), (1, 1), (700, 701), (20, 30), (48, 72)]


@pytest.fixture(scope="module")
def maths(chromium):
    """Runs a piece of JavaScript with the module as ``m`` and an argument as ``a``."""
    with files(SOURCES) as address:
        page = chromium.new_page()
        page.goto(f"{address}/page.css")

        def run(script: str, argument: object):
            body = f"async a => {{ const m = await import('/picture.js'); {HELP} {script} }}"
            return page.evaluate(body, argument)

        yield run
        page.close()


def packed(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def unpacked(text: str, kind: type, shape: tuple[int, ...]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), kind).reshape(shape)


def noise(size: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(sum(size)).integers(0, 256, (*size, 3), np.uint8)


def config(**changes) -> Config:
    return Config(**(FACTS | {"sha256": "0" * 64, "bytes": 0} | changes))


def test_grids_are_the_librarys(maths):
    rng = np.random.default_rng(3)
    sizes = [*SIZES, *map(tuple, rng.integers(1, 5000, (400, 2)).tolist()), (5, 10), (25, 50)]
    areas = [117600, 38400, 1250, 50]
    found = maths("return a[0].flatMap(s => a[1].map(area => m.gridFor(s, area)));", [sizes, areas])
    assert found == [list(grid_for(s, area)) for s in sizes for area in areas]


@pytest.mark.parametrize("size", SIZES)
def test_scaling_is_pillows_to_the_bit(maths, size):
    # Since version 13 Pillow scales a tall sliver in the other order, which rounds otherwise.
    sliver = size == (500, 24)
    rgb = noise(size)
    rgba = np.dstack([rgb, np.full(size, 255, np.uint8)])
    grid = grid_for(size, 48 * 72)
    script = """
        const scaler = new m.Scaler(a.size, a.grid);
        const all = bytes(a.rgba), strip = 4 * a.size[1] * 37;
        for (let at = 0; at < all.length; at += strip) scaler.add(all.subarray(at, at + strip));
        return text(scaler.rgb);"""
    found = maths(script, {"size": size, "grid": grid, "rgba": packed(rgba)})
    expected = Image.fromarray(rgb).resize(grid[::-1], Image.Resampling.BILINEAR)
    apart = np.abs(unpacked(found, np.uint8, (*grid, 3)).astype(int) - np.asarray(expected))
    assert apart.max() <= (1 if sliver else 0)


@pytest.mark.parametrize(("size", "multiple"), [((97, 143), 32), ((16, 40), 64), ((64, 96), 32)])
def test_the_input_is_normalised_and_mirrored_as_the_engines_do(maths, size, multiple):
    rgb, known = noise(size), config(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
    expected, (rows, columns) = padded(normalised(rgb[None], known), multiple)
    facts = {"mean": known.mean, "std": known.std, "multiple": multiple}
    script = """
        const made = m.networkInput(bytes(a.rgb), a.size, a.facts);
        return { ...made, values: text(made.values) };"""
    found = maths(script, {"rgb": packed(rgb), "size": size, "facts": facts})
    assert found["shape"] == list(expected.shape)
    assert found["place"] == [rows.start, columns.start]
    np.testing.assert_allclose(
        unpacked(found["values"], np.float32, expected.shape), expected, atol=1e-6
    )


@pytest.mark.parametrize(("classes", "car"), [(1, 0), (2, 1), (3, 0)])
def test_probabilities_are_the_engines(maths, classes, car):
    logits = np.random.default_rng(classes).normal(0, 9, (1, classes, 9, 11)).astype(np.float32)
    place, size = (2, 1), (6, 9)
    script = """
        const logits = new Float32Array(bytes(a.logits).buffer);
        return text(m.probabilities(logits, a.shape, a.place, a.size, a.car));"""
    given = {"logits": packed(logits), "shape": logits.shape, "place": place, "size": size}
    found = unpacked(maths(script, given | {"car": car}), np.float32, size)
    expected = probabilities(logits[..., 2:8, 1:10], config(classes=classes, car=car))[0]
    np.testing.assert_allclose(found, expected.astype(np.float32), atol=6e-4)  # kept in fp16


@pytest.mark.parametrize("size", [(97, 143), (300, 211), (20, 31), (7, 5), (48, 72), (90, 30)])
def test_a_map_is_scaled_as_the_prediction_does(maths, size):
    low = np.random.default_rng(4).random((48, 72)).astype(np.float16)
    script = """
        const rows = m.scaledRows(new Float32Array(bytes(a.map).buffer), [48, 72], a.size);
        const all = new Float32Array(a.size[0] * a.size[1]);
        let y = 0;
        for (const row of rows) all.set(row, a.size[1] * y++);
        return text(all);"""
    found = maths(script, {"map": packed(low.astype(np.float32)), "size": size})
    expected = Prediction("m", "s", low, size, 0.5).at()
    np.testing.assert_allclose(unpacked(found, np.float32, size), expected, atol=2e-5)


@pytest.mark.parametrize("threshold", [0.5, 0.3])
def test_opacity_is_that_of_an_outline_that_is_not_refined(maths, threshold):
    p = np.linspace(0, 1, 101, dtype=np.float32)[None]
    found = maths("return a[0].map(p => m.opacity(p, a[1]));", [p[0].tolist(), threshold])
    expected = alpha(p, np.zeros((1, 101, 3), np.uint8), Edges(refine=False), threshold)
    np.testing.assert_allclose([found], expected, atol=1e-6)


def test_views_are_those_of_the_app(maths):
    rgb, p = noise((3, 40)), np.random.default_rng(5).random((3, 40)).astype(np.float32)
    script = """
        const all = Object.entries(m.VIEWS).map(([name, view]) => {
          const pixels = new Uint8ClampedArray(bytes(a.rgba).buffer);
          a.p.forEach((p, i) => view(pixels, 4 * i, p, 0.5, [10, 20, 30]));
          return [name, text(pixels)];
        });
        return Object.fromEntries(all);"""
    rgba = np.dstack([rgb, np.full(p.shape, 255, np.uint8)])
    found = maths(script, {"rgba": packed(rgba), "p": p.ravel().tolist()})
    seen = {name: unpacked(text, np.uint8, (3, 40, 4)).astype(int) for name, text in found.items()}
    mask, car = p >= 0.5, alpha(p, rgb, Edges(refine=False))[..., None]
    assert np.abs(seen["overlay"][..., :3] - overlay(rgb, mask)).max() <= 1
    np.testing.assert_array_equal(seen["mask"], np.where(mask[..., None], 255, [0, 0, 0, 255]))
    assert np.abs(seen["cutout"] - np.dstack([rgb, 255 * car])).max() <= 0.51
    flat = car * rgb + (1 - car) * np.array([10, 20, 30])
    assert np.abs(seen["background"][..., :3] - flat).max() <= 0.51
