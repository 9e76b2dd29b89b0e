"""Light: exposure, colour temperature, little light, a cast shadow. All in linear light."""

import numpy as np

from carseg.dials.effect import make_effect, on_picture, strength
from carseg.dials.filters import grain
from carseg.dials.seeded import one_of
from carseg.imaging.grid import Size
from carseg.imaging.linear import to_linear, to_srgb

# Stops (factors of two). An automatic exposure is off by half a stop to one stop, and by two with a
# car before a bright sky. The studio's wall is near white: 2 stops up, a white car vanishes in it.
UNDER = (0.0, -0.5, -1.1, -1.8, -2.7, -3.8)
OVER = (0.0, 0.25, 0.55, 0.9, 1.25, 1.6)

# Stops of red against blue. From shade to tungsten light a white that was not balanced is off by
# two; sodium lamps are beyond.
TEMPERATURE = (0.0, 0.3, 0.65, 1.05, 1.55, 2.2)

# Stops by which a night picture stays dark, and its noise: the spread of shot noise on white and of
# read noise, as shares of white. 25 photons on white give a spread of 0.2.
LOW_STOPS = (0.0, 0.4, 0.9, 1.4, 1.9, 2.4)
LOW_SHOT = (0.0, 0.03, 0.065, 0.105, 0.15, 0.2)
LOW_READ = (0.0, 0.002, 0.005, 0.009, 0.014, 0.02)

# The share of light that the shadow takes. Under a clear sky the sun gives four fifths of it.
SHADOW = (0.0, 0.22, 0.42, 0.6, 0.75, 0.87)
# Its edge, as a share of the diagonal: the sun is half a degree wide.
_SHADOW_EDGE = 0.008
# The sky still lights the shadow, and it is blue: so less of the blue is taken away.
_SHADOW_TINT = np.array([1.0, 0.97, 0.9], np.float32)

# Luminance of linear red, green and blue (ITU-R BT.709).
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def exposure(rgb: np.ndarray, severity: float, draw: np.random.Generator) -> np.ndarray:
    """Too dark or too bright."""
    stops = strength(one_of((UNDER, OVER), draw), severity)
    return to_srgb(to_linear(rgb) * np.float32(2**stops))


def temperature(rgb: np.ndarray, severity: float, draw: np.random.Generator) -> np.ndarray:
    """Warm or cold; the luminance of grey stays."""
    stops = one_of((-0.5, 0.5), draw) * strength(TEMPERATURE, severity)
    gains = 2.0 ** (stops * np.array([1, 0, -1]))
    return to_srgb(to_linear(rgb) * (gains / (gains @ _LUMINANCE)).astype(np.float32))


def low(rgb: np.ndarray, severity: float, draw: np.random.Generator) -> np.ndarray:
    """Few photons: noise that grows with the root of the light, and a floor of read noise."""
    shot, read = strength(LOW_SHOT, severity), strength(LOW_READ, severity)
    light = to_linear(rgb)
    spread = np.sqrt(np.float32(shot**2) * light + np.float32(read**2))
    noisy = light + spread * grain(draw, rgb.shape[:2], 3)
    return to_srgb(noisy * np.float32(2 ** -strength(LOW_STOPS, severity)))


def shadow(rgb: np.ndarray, severity: float, draw: np.random.Generator) -> np.ndarray:
    """A band with soft edges that falls over car and ground, such as that of a mast or a house."""
    dark = strength(SHADOW, severity) * _band(rgb.shape[:2], draw)
    return to_srgb(to_linear(rgb) * (1 - dark[..., None] * _SHADOW_TINT))


def _band(size: Size, draw: np.random.Generator) -> np.ndarray:
    """How much of each pixel is in the shadow: float32 (H, W) in 0..1."""
    height, width = size
    x, y = draw.uniform(0.35, 0.65) * width, draw.uniform(0.45, 0.65) * height
    angle = np.radians(one_of((-1, 1), draw) * draw.uniform(15, 60))
    diagonal = np.hypot(height, width)
    half, edge = draw.uniform(0.08, 0.2) * diagonal, _SHADOW_EDGE * diagonal
    rows = np.arange(height, dtype=np.float32)[:, None] + 0.5 - y
    columns = np.arange(width, dtype=np.float32) + 0.5 - x
    distance = np.abs(columns * np.cos(angle) + rows * np.sin(angle)) - half
    share = np.clip(0.5 - distance / (2 * edge), 0, 1).astype(np.float32)
    return share * share * (3 - 2 * share)


LIGHT_EFFECTS = (
    make_effect(
        "light.exposure",
        "Exposure",
        "Too dark, by up to 3.8 stops, or too bright, by up to 1.6, clipped as a camera clips.",
        on_picture(exposure),
    ),
    make_effect(
        "light.temperature",
        "Colour temperature",
        "Warm or cold light: up to 2.2 stops of red against blue.",
        on_picture(temperature),
    ),
    make_effect(
        "light.low",
        "Low light",
        "Down to 25 photons on white, with shot and read noise, and up to 2.4 stops too dark.",
        on_picture(low),
    ),
    make_effect(
        "light.shadow",
        "Cast shadow",
        "A shadow with soft edges across car and ground takes up to 87 % of the light.",
        on_picture(shadow),
    ),
)
