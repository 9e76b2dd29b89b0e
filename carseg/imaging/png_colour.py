"""The colours of a PNG that are told by numbers, in place of a profile, as browsers read them.

Of several, the first of this order counts: cICP, iCCP (a profile), sRGB, gAMA with or without cHRM
(PNG, third edition, 4.3). A cHRM without a gAMA says nothing; neither does a gAMA of 1/2.2 alone.
"""

import struct
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from PIL import Image

USUAL_GAMMA = 0.45455
SRGB = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
"""x and y of white, red, green and blue, in the order of cHRM."""
PRIMARIES = {
    1: SRGB,
    4: (0.310, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08),
    5: (0.3127, 0.3290, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),
    6: (0.3127, 0.3290, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    7: (0.3127, 0.3290, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    8: (0.310, 0.316, 0.681, 0.319, 0.243, 0.692, 0.145, 0.049),
    9: (0.3127, 0.3290, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    12: (0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    22: (0.3127, 0.3290, 0.630, 0.340, 0.295, 0.605, 0.155, 0.077),
}
"""Of cICP (ITU-T H.273, table 2), such as BT.709, BT.2020 (9) and Display P3 (12)."""
_D50 = np.array([0.9642, 1.0, 0.8249])
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
_STEPS = 1024


def _srgb(x: np.ndarray) -> np.ndarray:
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


def _smpte240(x: np.ndarray) -> np.ndarray:
    return np.where(x < 0.0913, x / 4, ((x + 0.1115) / 1.1115) ** (1 / 0.45))


def _power(gamma: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: x**gamma


CURVES: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    **dict.fromkeys((1, 6, 11, 14, 15), _power(2.4)),  # television, as its screens show it
    4: _power(2.2),
    5: _power(2.8),
    7: _smpte240,
    8: _power(1),
    13: _srgb,
    17: lambda x: 52.37 / 48 * x**2.6,
}
"""Of cICP (table 3): what is stored to light, both 0..1. Curves for bright screens (16, 18) and
logarithms are left out."""


def png_profile(image: Image.Image) -> bytes | None:
    """The profile that a PNG's numbers mean; None: its own profile, or sRGB."""
    if image.format != "PNG":
        return None
    told = image.info
    cicp = told.get("cicp")
    if cicp and cicp[0] in PRIMARIES and cicp[1] in CURVES and cicp[2] == 0:
        curve = CURVES[cicp[1]](np.linspace(0, 1, _STEPS))
        return profile(PRIMARIES[cicp[0]], tuple(curve))
    if told.get("icc_profile") or "srgb" in told:
        return None
    gamma, places = told.get("gamma", 0), told.get("chromaticity")
    if gamma <= 0 or (places is None and abs(gamma - USUAL_GAMMA) < 0.01):
        return None
    curve = np.linspace(0, 1, _STEPS) ** (1 / gamma)
    return profile(tuple(places or SRGB), tuple(curve))


@lru_cache(maxsize=8)
def profile(places: tuple[float, ...], curve: tuple[float, ...]) -> bytes | None:
    """An ICC profile (version 2, ICC.1:2001-04) of these primaries and this curve.

    Args:
        places: as ``SRGB``.
        curve: what is stored, at even steps, to light, both 0..1.

    Returns:
        the profile; None for primaries that span no colours.
    """
    try:
        columns = _columns(places)
    except (np.linalg.LinAlgError, ZeroDivisionError):
        return None
    if not np.isfinite(columns).all() or np.abs(columns).max() > 100:
        return None
    values = np.clip(np.rint(np.array(curve) * 65535), 0, 65535).astype(">u2").tobytes()
    tone = b"curv\0\0\0\0" + struct.pack(">I", len(curve)) + values
    tags = {b"desc": b"desc\0\0\0\0" + struct.pack(">I", 2) + b"x\0" + bytes(78)}
    tags |= {b"wtpt": _xyz(_D50)}
    for name, column in zip((b"r", b"g", b"b"), columns.T, strict=True):
        tags |= {name + b"XYZ": _xyz(column), name + b"TRC": tone}
    return _packed(tags)


def _columns(places: tuple[float, ...]) -> np.ndarray:
    """Linear RGB to XYZ under D50, (3, 3)."""
    white, *primaries = (np.array([x / y, 1, (1 - x - y) / y]) for x, y in _pairs(places))
    matrix = np.array(primaries).T
    matrix = matrix * np.linalg.solve(matrix, white)
    scale = (_BRADFORD @ _D50) / (_BRADFORD @ white)
    return np.asarray(np.linalg.inv(_BRADFORD) @ np.diag(scale) @ _BRADFORD @ matrix)


def _pairs(places: tuple[float, ...]) -> list[tuple[float, float]]:
    return list(zip(places[::2], places[1::2], strict=True))


def _xyz(values: np.ndarray) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(float(v) * 65536) for v in values))


def _packed(tags: dict[bytes, bytes]) -> bytes:
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += name + struct.pack(">II", 132 + 12 * len(tags) + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(">I4sI4s4s4s", 0, b"lcms", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    whole = head.ljust(128, b"\0") + table + body
    return struct.pack(">I", len(whole)) + whole[4:]
