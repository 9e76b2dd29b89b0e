"""Driving Compare."""

import io
import json
from typing import Any

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


def strip(app: AppTest) -> dict:
    """What the strip of backgrounds was given."""
    return json.loads(given(app, "chosen").json)


def choose_background(app: AppTest, name: str) -> AppTest:
    """Click a thumbnail of the strip."""
    return sound(sent(app, "chosen", "choose", name))


def given(app: AppTest, entry: str) -> Any:
    """The component that was given an entry of this name."""
    (found,) = (
        c.proto for c in app.get("bidi_component") if entry in (json.loads(c.proto.json) or ())
    )
    return found


def sent(app: AppTest, entry: str, event: str, value: object) -> AppTest:
    """Run the app as a browser does where that component sends something."""
    states = app._tree.get_widget_states()
    trigger = states.widgets.add()
    trigger.id = f"$$STREAMLIT_INTERNAL_KEY_{given(app, entry).id}__events"
    trigger.json_trigger_value = json.dumps([{"event": event, "value": value}])
    return app._run(states)


def png(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()
