"""Driving Compare."""

import io
import json

import numpy as np
from PIL import Image
from streamlit.testing.v1 import AppTest

from carseg.core import settings
from tests.factories.pages import keyed

APP = str(settings.ROOT / "app.py")


def photo(seed: int, size: tuple[int, int] = (60, 90)) -> bytes:
    """A PNG of low-frequency noise; another seed is another picture."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 255, (6, 9, 3), dtype=np.uint8))
    return png(np.asarray(small.resize(size[::-1], Image.Resampling.BICUBIC)))


def bring(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    files_in = keyed(app, "file_uploader", "files-")
    files_in.set_value([(name, data, "image/png") for name, data in files])
    return sound(app.run())


def sound(app: AppTest) -> AppTest:
    assert not app.exception, [e.value for e in app.exception]
    return app


def viewer(app: AppTest) -> dict:
    """What the viewer component was given."""
    given = [json.loads(component.proto.json) for component in app.get("bidi_component")]
    (data,) = (data for data in given if data and "panes" in data)
    return data


def png(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()
