"""A contact sheet of dials: what each severity looks like, with the truth drawn."""

from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from carseg.compositing.overlays import outline
from carseg.dials.dial import DIALS, WHOLE_STEPS
from carseg.dials.effect import NO_MATERIALS, LabelledPicture, Materials
from carseg.imaging.grid import resize_mask, resize_picture

_LINE, _GAP = 18, 3
_PAPER, _INK = 255, (30, 30, 30)


def dial_sheet(
    samples: Mapping[str, LabelledPicture],
    dials: Sequence[str],
    severities: Sequence[float] = WHOLE_STEPS,
    *,
    seed: int = 0,
    materials: Materials = NO_MATERIALS,
    width: int = 240,
    truth: bool = True,
) -> np.ndarray:
    """A row for each dial and sample, a column for each severity: uint8 RGB.

    Args:
        samples: by picture id.  dials: names in ``DIALS``.
        width: of a picture in the sheet, in pixels; the dial acts on the sample's own size.
        truth: outline the true mask.

    Raises:
        ValueError: there is no dial of that name, or nothing to show.
    """
    if missing := [name for name in dials if name not in DIALS]:
        raise ValueError(f"There is no dial '{missing[0]}'. Known are: {', '.join(DIALS)}.")
    if not (samples and dials and severities):
        raise ValueError("Give at least one sample, one dial and one severity.")
    rows = []
    for name in dials:
        for picture, sample in samples.items():
            steps = [DIALS[name].apply(sample, s, picture, seed, materials) for s in severities]
            chosen = DIALS[name].chosen(picture, seed)
            said = chosen[0] if len(chosen) == 1 else name
            texts = [f"{s:g}   {said if s else 'untouched'}" for s in severities]
            rows.append(_row([_small(step, width, truth) for step in steps], texts))
    return np.concatenate(rows)


def _small(sample: LabelledPicture, width: int, truth: bool) -> np.ndarray:
    height, old = sample.truth.shape
    size = max(1, round(height * width / old)), width
    rgb = resize_picture(sample.rgb, size)
    return outline(rgb, resize_mask(sample.truth, size), width=1.2) if truth else rgb


def _row(pictures: Sequence[np.ndarray], texts: Sequence[str]) -> np.ndarray:
    height, width = pictures[0].shape[:2]
    shape = height + _LINE + _GAP, len(pictures) * (width + _GAP) + _GAP, 3
    row = np.full(shape, _PAPER, np.uint8)
    for index, (picture, text) in enumerate(zip(pictures, texts, strict=True)):
        left = _GAP + index * (width + _GAP)
        row[:_LINE, left : left + width] = _text(text, width)
        row[_LINE : _LINE + height, left : left + width] = picture
    return row


def _text(text: str, width: int) -> np.ndarray:
    line = Image.new("RGB", (width, _LINE), (_PAPER,) * 3)
    ImageDraw.Draw(line).text((2, 2), text, _INK, ImageFont.load_default(12))
    return np.asarray(line)
