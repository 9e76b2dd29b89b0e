"""A picture decodes to what Chromium shows over a white page, whatever its file tells about it."""

import base64
import io

import numpy as np
from PIL import Image

from carseg.imaging import codec
from tests.factories.shown_files import shown_files

PLACE, COLUMNS = 80, 16
MOST_APART = 4
"""Levels of 255: rounding, and other arithmetic in the decoders of lossy files."""


def shown(chromium, files: dict[str, bytes]) -> dict[str, np.ndarray | None]:
    """What the browser shows for each file, uint8 (H, W, 3); None for nothing."""
    images = "".join(
        '<img style="position:absolute;'
        f'left:{PLACE * (n % COLUMNS)}px;top:{PLACE * (n // COLUMNS)}px" '
        f'src="data:image/x;base64,{base64.b64encode(data).decode()}">'
        for n, data in enumerate(files.values())
    )
    rows = -(-len(files) // COLUMNS)
    page = chromium.new_page(viewport={"width": PLACE * COLUMNS, "height": PLACE * rows})
    page.set_content(f'<body style="margin:0;background:white">{images}')
    page.wait_for_function("[...document.images].every(image => image.complete)")
    sizes = page.evaluate("[...document.images].map(i => [i.naturalWidth, i.naturalHeight])")
    screen = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
    page.close()
    found: dict[str, np.ndarray | None] = {}
    for n, (name, (width, height)) in enumerate(zip(files, sizes, strict=True)):
        x, y = PLACE * (n % COLUMNS), PLACE * (n // COLUMNS)
        found[name] = screen[y : y + height, x : x + width] if width else None
    return found


def test_a_picture_decodes_to_what_the_browser_shows(chromium):
    files = shown_files()
    wrong = {}
    for name, pixels in shown(chromium, files).items():
        ours = codec.decode(files[name])
        if pixels is None or ours.shape != pixels.shape:
            wrong[name] = f"{ours.shape} here, {None if pixels is None else pixels.shape} there"
        elif (apart := np.abs(ours.astype(int) - pixels).max()) > MOST_APART:
            wrong[name] = f"{apart} levels apart"
    assert len(files) > 170
    assert wrong == {}
