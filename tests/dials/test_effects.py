"""Background, light, weather and camera against the formulas they state."""

import io
from functools import partial

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from carseg.dials import DIALS, EFFECTS, LabelledPicture, Materials
from carseg.dials.background import BLEND
from carseg.dials.camera import DEFOCUS, JPEG, MOTION, NOISE, RESOLUTION
from carseg.dials.filters import disc_points, line_points, spread_kernel
from carseg.dials.inpaint import without_car
from carseg.dials.light import LOW_READ, LOW_SHOT, LOW_STOPS, OVER, TEMPERATURE, UNDER
from carseg.dials.weather import FOG
from tests.factories.dials import CAR, apply, made

PICTURES = "abcdefgh"


def flat(level, size=(320, 480)) -> LabelledPicture:
    rgb = np.broadcast_to(np.array(level, np.uint8), (*size, 3)).copy()
    return LabelledPicture(rgb, np.zeros(size, bool))


def linear(rgb) -> np.ndarray:
    """sRGB to linear light by the standard's formula, in double precision."""
    v = np.asarray(rgb, float) / 255
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def srgb(light) -> np.ndarray:
    x = np.clip(light, 0, 1)
    return 255 * np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)


def off(a, b) -> float:
    return float(np.abs(np.asarray(a, float) - np.asarray(b, float)).max())


@pytest.mark.parametrize("name", ["background.grey", "background.generated", "background.photo"])
@pytest.mark.parametrize("severity", [1, 3, 5])
def test_surroundings_blend_and_the_car_stays(name, severity):
    sample, feathers = made((256, 384)), set()
    inside = ndimage.binary_erosion(sample.truth, iterations=4)
    outside = ~ndimage.binary_dilation(sample.truth, iterations=4)
    for picture in PICTURES:
        done, all_new = (apply(name, sample, s, picture) for s in (severity, 5))
        assert np.array_equal(done.rgb[inside], sample.rgb[inside])
        old, new = (x.rgb[outside].astype(float) for x in (sample, all_new))
        assert off(done.rgb[outside], old + BLEND[severity] * (new - old)) <= 1.01
        feathers.add(np.array_equal(done.rgb[sample.truth], sample.rgb[sample.truth]))
    assert feathers == {True, False}, "cuts are both hard and soft"


def test_grey_is_grey_and_a_photograph_is_one_of_those_given():
    done = apply("background.grey", made(), 5).rgb[:20]
    assert (done == done[0, 0]).all()
    assert len(set(done[0, 0].tolist())) == 1
    colours = [(250, 0, 0), (0, 250, 0)]
    pictures = [partial(np.full, (30, 50, 3), c, np.uint8) for c in colours]
    for picture in PICTURES:
        done = DIALS["background.photo"].apply(made(), 5, picture, 0, Materials(pictures))
        assert tuple(done.rgb[0, 0].tolist()) in colours


def test_five_seeds_give_five_surroundings():
    done = {
        apply("background.photo", made(), 5, "a", seed=seed).rgb[:20].tobytes() for seed in range(5)
    }
    made_ones = {
        apply("background.generated", made(), 5, "a", seed=s).rgb.tobytes() for s in range(5)
    }
    assert len(made_ones) == 5
    assert len(done) >= 3


def test_the_studio_control_shows_no_other_car():
    done = apply("background.studio", made(), 5)
    blue = done.rgb[..., 2].astype(int) - done.rgb[..., 0] > 60
    assert not blue.any()
    alone = apply("background.studio", made(), 5, materials=Materials())
    red = alone.rgb[..., 0].astype(int) - alone.rgb[..., 1] > 60
    assert not (red & ~ndimage.binary_dilation(alone.truth, iterations=3)).any()


def test_without_car_goes_on_what_is_around_it():
    y, x = np.mgrid[:96, :144]
    rgb = np.stack([60 + x, 200 - y, 0 * x + 90], -1).astype(np.uint8)
    truth = (np.abs(y - 50) < 25) & (np.abs(x - 70) < 30)
    painted = rgb.copy()
    painted[truth] = CAR
    assert off(without_car(LabelledPicture(painted, truth)), rgb) <= 4
    far = ~ndimage.binary_dilation(truth, iterations=5)
    assert np.array_equal(without_car(LabelledPicture(painted, truth))[far], rgb[far])


@pytest.mark.parametrize("severity", [1, 3, 5])
def test_exposure_is_a_factor_of_light(severity):
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, 2)
    sample, directions = LabelledPicture(ramp, np.zeros((1, 256), bool)), set()
    for picture in PICTURES:
        done = apply("light.exposure", sample, severity, picture).rgb
        fits = [off(done, srgb(linear(ramp) * 2 ** t[severity])) for t in (UNDER, OVER)]
        assert min(fits) <= 1
        directions.add(int(np.argmin(fits)))
    assert directions == {0, 1}


def test_temperature_moves_red_against_blue_and_keeps_luminance():
    warm = set()
    for picture in PICTURES:
        for severity in (1, 3, 5):
            light = linear(
                apply("light.temperature", flat(110, (4, 6)), severity, picture).rgb[0, 0]
            )
            stops = np.log2(light[0] / light[2])
            assert abs(abs(stops) - TEMPERATURE[severity]) < 0.06
            assert abs(light @ (0.2126, 0.7152, 0.0722) / linear(110) - 1) < 0.02
            warm.add(bool(stops > 0))
    assert warm == {True, False}


@pytest.mark.parametrize("severity", [2, 5])
def test_low_light_has_shot_and_read_noise(severity):
    for level in (110, 200):
        done = linear(apply("light.low", flat(level), severity).rgb) * 2 ** LOW_STOPS[severity]
        expected = LOW_SHOT[severity] ** 2 * linear(level) + LOW_READ[severity] ** 2
        assert abs(done.mean() / linear(level) - 1) < 0.05
        assert abs(done.var() / expected - 1) < 0.1


def test_a_shadow_takes_light_from_a_part():
    for picture in PICTURES:
        done = apply("light.shadow", flat(200), 5, picture).rgb
        lit, dark = (done == 200).all(2).mean(), (linear(done[..., 1]) < 0.2 * linear(200)).mean()
        assert 0.3 < lit < 0.95
        assert 0.05 < dark < 0.7
        assert 0 < 1 - lit - dark < 0.1, "a soft edge is narrow"


def test_fog_is_koschmieders_law():
    depths = []
    for severity in (1, 3, 5):
        light = [linear(apply("weather.fog", flat(x), severity).rgb) for x in (20, 120, 220)]
        clear = (light[2] - light[0]) / (linear(220) - linear(20))
        air = (light[0] - linear(20) * clear) / (1 - clear)
        # The light between follows from the other two.
        assert off(light[1], linear(120) * clear + air * (1 - clear)) < 0.01
        rows = clear[..., 1].mean(1)
        assert (rows > 0).all()
        assert (rows < 1).all()
        assert rows[:60].max() < rows[-1] ** 3, "what is far is hidden more"
        smooth = ndimage.uniform_filter1d(rows, 41)[140:-21]
        assert (np.diff(smooth) > -1e-3).all()
        depths.append(-np.log(rows[-20:]).mean())
    assert np.allclose(np.array(depths) / depths[2], np.array(FOG)[[1, 3, 5]] / FOG[5], atol=0.03)


@pytest.mark.parametrize("name", ["weather.rain", "weather.snow"])
def test_drops_and_flakes_stay_where_they_are_and_become_more(name):
    before = None
    for severity in (1, 2, 3, 4):
        done = apply(name, flat(40), severity).rgb[..., 1].astype(int)
        bright = done > np.median(done) + 20
        assert bright.mean() > 0.003
        if before is not None:
            assert bright.sum() > before.sum()
            assert (bright & before).sum() > 0.9 * before.sum()
        before = bright


def disc(radius: float) -> np.ndarray:
    """The share of each pixel that a disc covers, by 21 x 21 points in each."""
    reach = int(np.ceil(radius)) + 1
    steps = (np.arange(21) - 10) / 21
    axis = (np.arange(-reach, reach + 1)[:, None] + steps).ravel()
    inside = (axis[:, None] ** 2 + axis**2 <= radius**2).astype(float)
    side = 2 * reach + 1
    kernel = inside.reshape(side, 21, side, 21).mean((1, 3))
    return kernel / kernel.sum()


def test_defocus_is_a_disc_in_linear_light():
    sample = made((200, 300))
    done = apply("camera.defocus", sample, 4).rgb
    kernel = disc(DEFOCUS[4] * 200)[..., None]
    expected = srgb(ndimage.convolve(linear(sample.rgb), kernel, mode="reflect"))
    assert np.abs(done - expected).mean() < 0.5
    assert off(done, expected) < 8


@pytest.mark.parametrize("size", [0.1, 0.5, 3.2, 11.0])
def test_kernels_weigh_one_and_spread_as_they_should(size):
    for points, across in ((disc_points(size), size**2 / 4), (line_points(size, 0), size**2 / 12)):
        kernel = spread_kernel(points).astype(float)
        axis = np.arange(len(kernel)) - len(kernel) // 2
        assert abs(kernel.sum() - 1) < 1e-5
        assert (kernel >= 0).all()
        assert abs((kernel.sum(0) * axis).sum()) < 0.02
        # Sharing a point among pixels adds at most a quarter of a square pixel.
        variance = (kernel.sum(0) * axis**2).sum()
        assert across * 0.97 - 0.01 <= variance <= across * 1.2 + 0.26


def test_motion_blurs_along_a_line():
    dot = flat(0, (201, 301))
    dot.rgb[100, 150] = 255
    for picture in PICTURES:
        light = linear(apply("camera.motion", dot, 5, picture).rgb[..., 0])
        y, x = np.nonzero(light)
        spread = np.linalg.eigvalsh(np.cov(np.stack([y, x]), aweights=light[y, x]))
        assert abs(np.sqrt(12 * spread[1]) / (MOTION[5] * 201) - 1) < 0.1
        assert spread[0] < 0.6
        middle = (light[y, x] * [y, x]).sum(1) / light.sum()
        assert off(middle, (100, 150)) < 0.2


def test_noise_has_its_spread_and_no_bias():
    done = apply("camera.noise", flat(128), 2).rgb.astype(float)
    assert abs(done.mean() - 128) < 0.3
    assert abs(done.std() / (255 * NOISE[2] * np.sqrt(1 + 0.25)) - 1) < 0.02
    assert abs(np.corrcoef(done[..., 0].ravel(), done[..., 2].ravel())[0, 1] - 0.8) < 0.02


@pytest.mark.parametrize("severity", [1, 3, 5])
def test_jpeg_is_jpeg(severity):
    sample, buffer = made((320, 480)), io.BytesIO()
    Image.fromarray(sample.rgb).save(buffer, "JPEG", quality=round(JPEG[severity]))
    assert np.array_equal(apply("camera.jpeg", sample, severity).rgb, Image.open(buffer))


def test_resolution_leaves_the_pixels_it_says():
    sample = made((320, 480))
    done = apply("camera.resolution", sample, 5).rgb
    small = Image.fromarray(sample.rgb).resize((39, 26), Image.Resampling.BOX)
    expected = small.resize((480, 320), Image.Resampling.BILINEAR)
    assert round(1 / RESOLUTION[5]) == 26
    assert np.abs(done - np.asarray(expected, float)).mean() < 1
    coarse = made((20, 30))
    assert np.array_equal(apply("camera.resolution", coarse, 5).rgb, coarse.rgb)


@pytest.mark.parametrize("name", [n for n in EFFECTS if n not in ("camera.noise", "light.low")])
def test_small_and_large_pictures_look_alike(name):
    large = made((480, 720))
    rows, columns = (side // 4 for side in large.truth.shape)
    small = LabelledPicture(*(_shrunk(x, rows, columns) for x in (large.rgb, large.truth)))
    for picture in "ab":
        one, two = (apply(name, s, 3, picture) for s in (small, large))
        change = np.abs(one.rgb.astype(float) - small.rgb).mean()
        apart = np.abs(one.rgb.astype(float) - _shrunk(two.rgb, rows, columns)).mean()
        assert apart < max(2.0, 0.35 * change), (apart, change)


def _shrunk(x: np.ndarray, rows: int, columns: int) -> np.ndarray:
    mean = x.reshape(rows, 4, columns, 4, -1).mean((1, 3))
    return mean[..., 0] >= 0.5 if x.dtype == bool else np.rint(mean).astype(np.uint8)


def test_noise_is_as_strong_seen_on_one_grid():
    for name in ("camera.noise", "light.low"):
        spread = []
        for size in ((160, 240), (640, 960)):
            done = apply(name, flat(128, size), 2).rgb.astype(float)
            spread.append(done.reshape(160, size[0] // 160, 240, -1, 3).mean((1, 3)).std())
        assert abs(spread[1] / spread[0] - 1) < 0.1
