"""True masks of every coding: the car, the void, or a sentence; never something else."""

import io
import re
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from carseg.imaging import apart, codec
from carseg.imaging.car_choice import VOC, CarChoice, CarChoiceError
from carseg.imaging.masks import TrueMask, UnsureMaskError, read_mask
from carseg.imaging.untrusted import PictureError

SIZE = (61, 83)


def car() -> np.ndarray:
    """A car with a roof: bool, clear of the border."""
    mask = np.zeros(SIZE, bool)
    mask[30:50, 15:70] = True
    mask[18:30, 28:55] = True
    return mask


CAR = car()
ONES = CAR.astype(np.uint8)
SQUARE = np.ones((3, 3), np.uint8)
VOID = cv2.dilate(ONES, SQUARE).astype(bool) & ~cv2.erode(ONES, SQUARE).astype(bool)
INNER = CAR & ~VOID
VOC_PALETTE = [channel for colour in VOC for channel in colour]
VOID_COLOUR = (224, 224, 192)


def saved(image: np.ndarray | Image.Image, format: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    made = image if isinstance(image, Image.Image) else Image.fromarray(image)
    made.save(file, format, **options)
    return file.getvalue()


def indexed(labels: np.ndarray, palette: list[int] = VOC_PALETTE) -> Image.Image:
    image = Image.fromarray(labels.astype(np.uint8), "P")
    image.putpalette(palette)
    return image


def coloured(
    where: np.ndarray, colour: tuple[int, ...], ground: tuple[int, ...] = (0, 0, 0)
) -> np.ndarray:
    return np.where(where[..., None], np.uint8(colour), np.uint8(ground))


def smooth(levels: np.ndarray, scale: int = 8) -> np.ndarray:
    """Anti-aliased: drawn ``scale`` times as large, and averaged."""
    large = np.kron(levels.astype(np.float32), np.ones((scale, scale), np.float32))
    moved = np.roll(large, scale // 2, (0, 1))
    height, width = levels.shape
    return moved.reshape(height, scale, width, scale).mean((1, 3)).round().astype(np.uint8)


def grey_png(labels: np.ndarray, bits: int) -> bytes:
    """A grey PNG of 1, 2, 4, 8 or 16 bits, by the specification (ISO 15948)."""
    height, width = labels.shape
    rows = b""
    for row in labels:
        if bits == 16:
            rows += b"\0" + row.astype(">u2").tobytes()
            continue
        digits = "".join(f"{int(value):0{bits}b}" for value in row)
        digits += "0" * (-len(digits) % 8)
        rows += b"\0" + bytes(int(digits[at : at + 8], 2) for at in range(0, len(digits), 8))

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def same(found: TrueMask, where: np.ndarray, void: np.ndarray | None = None) -> None:
    np.testing.assert_array_equal(found.car, where)
    assert found.car.dtype == bool
    if void is None:
        assert found.void is None
    else:
        np.testing.assert_array_equal(found.void, void)


TWO_VALUES = {
    **{f"grey {high}": saved(ONES * high) for high in (1, 2, 7, 26, 100, 127, 128, 200, 254, 255)},
    "two greys": saved(np.where(CAR, 200, 90).astype(np.uint8)),
    "labels 1 and 2": saved(np.where(CAR, 2, 1).astype(np.uint8)),
    "red": saved(coloured(CAR, (255, 0, 0))),
    "blue": saved(coloured(CAR, (0, 0, 255))),
    "maroon of labelme": saved(coloured(CAR, (128, 0, 0))),
    "red of CVAT": saved(coloured(CAR, (250, 50, 83))),
    "car of Cityscapes": saved(coloured(CAR, (0, 0, 142))),
    "car of VOC in colour": saved(coloured(CAR, VOC[7])),
    "nearly black": saved(coloured(CAR, (1, 0, 0))),
    "white on green": saved(coloured(CAR, (255, 255, 255), (0, 120, 0))),
    "red on a darker grey": saved(coloured(CAR, (255, 0, 0), (40, 40, 40))),
    "palette 0 and 1": saved(indexed(ONES)),
    "palette 0 and 7": saved(indexed(ONES * 7)),
    "palette 0 and 15": saved(indexed(ONES * 15)),
    "palette of one colour": saved(indexed(ONES, [0, 0, 0] * 256)),
    "palette white first": saved(indexed(1 - ONES, [255, 255, 255, 0, 0, 0])),
    "palette with double entries": saved(indexed(ONES * 3 + 5 * (CAR & VOID), [
        0, 0, 0, 9, 9, 9, 0, 0, 0, 250, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 250, 0, 0])),
    "one bit": saved(Image.fromarray(CAR)),
    "TIFF of one bit": saved(Image.fromarray(CAR), "TIFF", compression="group4"),
    **{f"{bits} bits, label {label}": grey_png(ONES * label, bits)
       for bits, label in ((1, 1), (2, 1), (2, 3), (4, 1), (4, 7), (4, 15), (8, 1), (8, 7))},
    **{f"16 bits, {high}": saved((CAR * high).astype("u2")) for high in (1, 7, 255, 300, 65535)},
    **{f"TIFF of 32 bits, {high}": saved((CAR * high).astype("i4"), "TIFF")
       for high in (1, 255, 70_000, 2**31 - 1)},
    **{f"TIFF of floats, {high}": saved((CAR * high).astype("f4"), "TIFF")
       for high in (0.5, 1.0, 7.0, 255.0)},
    **{f"{format} {high}": saved(ONES * high, format)
       for format in ("GIF", "BMP", "TIFF") for high in (1, 128, 255)},
    "GIF in colour": saved(indexed(ONES, [0, 0, 0, 200, 0, 0]), "GIF"),
    "GIF with a transparent background": saved(indexed(ONES), "GIF", transparency=0),
    **{f"lossless WebP, label {label}": saved(
        np.dstack([ONES * label] * 3), "WEBP", lossless=True) for label in (1, 7)},
    "lossless WebP": saved(coloured(CAR, (128, 0, 0)), "WEBP", lossless=True),
    "inverted": saved((1 - ONES) * 255),
    "inverted labels": saved(np.where(CAR, 3, 9).astype(np.uint8)),
    "inverted colours": saved(coloured(CAR, (0, 0, 0), (255, 0, 0))),
    "Cityscapes' car on road": saved(coloured(CAR, (0, 0, 142), (128, 64, 128))),
    "opaque RGBA": saved(np.dstack([ONES * 255] * 3 + [np.full(SIZE, 255, np.uint8)])),
    "CMYK": saved(Image.fromarray(np.dstack([ONES * 255] * 3)).convert("CMYK"), "TIFF"),
    "LA": saved(Image.fromarray(ONES * 255).convert("LA")),
}  # fmt: skip


@pytest.mark.parametrize("name", TWO_VALUES)
def test_two_values_in_any_coding(name: str) -> None:
    same(read_mask(TWO_VALUES[name]), CAR)


def test_an_inverted_mask_says_that_it_is_one() -> None:
    assert "255 is all along the border" in read_mask(TWO_VALUES["inverted"]).note
    assert read_mask(TWO_VALUES["grey 255"]).note == ""


def test_the_car_may_touch_the_border() -> None:
    near = np.zeros(SIZE, bool)
    near[5:, 3:] = True  # two sides wholly, and most of the two others
    same(read_mask(saved(near.astype(np.uint8) * 255)), near)
    stripes = np.add.outer(np.arange(61), np.arange(83)) % 7 < 3
    same(read_mask(saved(stripes.astype(np.uint8) * 255)), stripes)


BELOW = CAR | (np.add.outer(np.arange(SIZE[0]), np.zeros(SIZE[1])) >= 40)
"""A car that is cut off by the lower edge of its picture."""


@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF"])
def test_an_inverted_mask_whose_car_is_cut_off_says_how_it_was_read(
    soft: bool, format: str
) -> None:
    grey = np.kron(np.where(BELOW, 0, 255), np.ones((4, 4))).astype(np.uint8)
    data = saved(cv2.GaussianBlur(grey, (0, 0), 2) if soft else grey, format)
    found = read_mask(data)
    assert re.search(r"of the border; being brighter, it was taken as the car", found.note)
    (dark,) = (label.name for label in found.doubt if label.colour and max(label.colour) < 9)
    chosen = read_mask(data, CarChoice((dark,)))
    assert (chosen.car ^ np.kron(BELOW, np.ones((4, 4), bool))).mean() < 0.003


def test_soft_inverted_masks_are_inverted() -> None:
    large = np.kron(CAR, np.ones((10, 10), bool))
    soft = cv2.GaussianBlur(np.where(large, 0, 255).astype(np.uint8), (0, 0), 12)
    for data in (saved(soft), saved(soft, "JPEG"), saved(soft.astype("u2") * 257)):
        found = read_mask(data)
        assert (found.car ^ (soft <= 127)).mean() < 0.001
        assert len(found.doubt) == 2
    small = np.zeros((240, 360), np.uint8)
    small[100:110, 100:112] = 255
    assert read_mask(saved(255 - small, "JPEG", quality=30)).car.mean() < 0.01


@pytest.mark.parametrize("quality", [30, 60, 95])
def test_a_colour_on_white_is_a_drawing_on_paper(quality: int) -> None:
    red = coloured(np.kron(CAR, np.ones((4, 4), bool)), (255, 0, 0), (255, 255, 255))
    found = read_mask(saved(red, "JPEG", quality=quality))
    assert (found.car ^ np.kron(CAR, np.ones((4, 4), bool))).mean() < 0.01
    cut = np.roll(red, 60, 0)  # it reaches the lower edge: a red car, or a white one on red?
    for data in (saved(cut), saved(cut, "JPEG", quality=quality)):
        with pytest.raises(UnsureMaskError):
            read_mask(data)


def test_probabilities_in_floats_count_from_half() -> None:
    share = cv2.GaussianBlur(np.kron(CAR, np.ones((6, 6), bool)).astype("f4"), (0, 0), 3)
    found = read_mask(saved(share, "TIFF"))
    assert (found.car ^ (share > 0.5)).mean() < 0.001  # read in steps of 1/255
    share[0, 0] = np.nan
    with pytest.raises(PictureError, match="no numbers"):
        read_mask(saved(share, "TIFF"))


def test_numbers_beyond_all_are_the_brightest_and_no_numbers_are_void() -> None:
    same(read_mask(saved(np.where(CAR, np.inf, 0).astype("f4"), "TIFF")), CAR)
    same(read_mask(saved(np.where(CAR, np.inf, -np.inf).astype("f4"), "TIFF")), CAR)
    same(read_mask(saved(np.where(VOID, np.nan, ONES).astype("f4"), "TIFF")), INNER, VOID)


def test_a_car_all_round_with_gaps_is_not_sure() -> None:
    gaps = np.ones(SIZE, bool)
    gaps[10:20, 10:20] = gaps[30:40, 50:60] = gaps[40:50, 20:28] = False
    data = saved(gaps.astype(np.uint8) * 255)
    with pytest.raises(UnsureMaskError):
        read_mask(data)
    same(read_mask(data, CarChoice(("255",))), gaps)
    same(read_mask(data, CarChoice(("black",))), ~gaps)


# Alpha


def rgba(colours: np.ndarray, alpha: np.ndarray) -> bytes:
    full = colours if colours.ndim == 3 else np.dstack([colours] * 3)
    return saved(np.dstack([full, alpha]).astype(np.uint8))


SCENE = np.random.default_rng(5).integers(0, 256, (*SIZE, 3), dtype=np.uint8)
FULL = np.full(SIZE, 255, np.uint8)


def one_pixel(value: int) -> np.ndarray:
    alpha = FULL.copy()
    alpha[0, 0] = value
    return alpha


@pytest.mark.parametrize(
    "alpha",
    [
        one_pixel(254), one_pixel(200), one_pixel(128),
        np.random.default_rng(0).integers(250, 256, SIZE), np.full(SIZE, 128), np.full(SIZE, 100),
        np.random.default_rng(0).integers(99, 101, SIZE), np.zeros(SIZE), np.full(SIZE, 1),
    ],
)  # fmt: skip
def test_alpha_on_one_side_of_half_is_no_cutout(alpha: np.ndarray) -> None:
    same(read_mask(rgba(ONES * 255, alpha)), CAR)


def test_one_transparent_pixel_does_not_make_everything_car() -> None:
    found = read_mask(rgba(ONES * 255, one_pixel(0)))
    same(found, CAR, one_pixel(0) == 0)
    soft = read_mask(rgba(smooth(ONES * 255), one_pixel(0)))
    assert soft.car.mean() == pytest.approx(CAR.mean(), abs=0.02)


def test_cutouts_count_their_alpha() -> None:
    alpha = ONES * 255
    for colours in (SCENE, np.full(SIZE, 255), np.zeros(SIZE), coloured(CAR, (255, 0, 0))):
        same(read_mask(rgba(colours, alpha)), CAR)
    same(read_mask(rgba(SCENE, smooth(alpha))), smooth(alpha) > 127)
    same(read_mask(rgba(coloured(CAR, (255, 0, 0)), CAR * 140)), CAR)
    same(read_mask(saved(indexed(ONES), transparency=0)), CAR)
    grey = Image.merge("LA", (Image.fromarray(SCENE[..., 0].copy()), Image.fromarray(alpha)))
    same(read_mask(saved(grey)), CAR)
    premultiplied = (SCENE * (smooth(alpha) / 255)[..., None]).astype(np.uint8)
    same(read_mask(rgba(premultiplied, smooth(alpha))), smooth(alpha) > 127)


def test_labels_on_nothing_leave_the_void_out() -> None:
    labels = np.where(VOID, 255, ONES)
    same(read_mask(saved(indexed(labels), transparency=0)), INNER, VOID)


def test_transparent_parts_of_a_mask_of_two_are_asked_for() -> None:
    alpha = FULL.copy()
    alpha[:, :9] = 0
    data = rgba(ONES * 255, alpha)
    with pytest.raises(UnsureMaskError, match="transparent") as refusal:
        read_mask(data)
    assert {"255", "0", "opaque", "transparent"} <= {label.name for label in refusal.value.labels}
    same(read_mask(data, CarChoice(("255",))), CAR)
    same(read_mask(data, CarChoice(("opaque",))), alpha > 0)
    hole = rgba(np.zeros(SIZE), 255 - ONES * 255)
    with pytest.raises(UnsureMaskError):
        read_mask(hole)
    same(read_mask(hole, CarChoice(("transparent",))), CAR)


def test_faint_alpha_over_one_colour_is_asked_for() -> None:
    with pytest.raises(UnsureMaskError, match="alpha"):
        read_mask(rgba(np.full(SIZE, 255), 100 * ONES))


# Void

WITH_VOID = {
    "palette 0, 1, 255": saved(indexed(np.where(VOID, 255, ONES))),
    "palette 0, 7, 255": saved(indexed(np.where(VOID, 255, ONES * 7))),
    "palette 0, 15, 255": saved(indexed(np.where(VOID, 255, ONES * 15))),
    "VOC in colour": saved(np.where(VOID[..., None], np.uint8(VOID_COLOUR), coloured(CAR, VOC[7]))),
    **{
        f"grey 0, {label}, 255": saved(np.where(VOID, 255, ONES * label).astype(np.uint8))
        for label in (1, 2, 7, 26, 100, 128, 200)
    },
    "4 bits 0, 1, 15": grey_png(np.where(VOID, 15, ONES), 4),
    "2 bits 0, 1, 3": grey_png(np.where(VOID, 3, ONES), 2),
    "16 bits 0, 1, 65535": saved(np.where(VOID, 65535, CAR).astype("u2")),
    "16 bits 0, 1, 255": saved(np.where(VOID, 255, CAR).astype("u2")),
    "32 bits -1": saved(np.where(VOID, -1, CAR).astype("i4"), "TIFF"),
    "floats with gaps": saved(np.where(VOID, np.nan, CAR).astype("f4"), "TIFF"),
    "red with a white border": saved(
        np.where(VOID[..., None], np.uint8((255, 255, 255)), coloured(CAR, (255, 0, 0)))
    ),
    "GIF 0, 1, 255": saved(indexed(np.where(VOID, 255, ONES)), "GIF"),
}


@pytest.mark.parametrize("name", WITH_VOID)
def test_void_is_neither_car_nor_background(name: str) -> None:
    found = read_mask(WITH_VOID[name])
    same(found, INNER, VOID)
    assert "void" in found.note


def test_trimaps_leave_their_middle_out() -> None:
    wide = cv2.dilate(ONES, np.ones((5, 5), np.uint8)) > cv2.erode(ONES, np.ones((5, 5), np.uint8))
    found = read_mask(saved(np.where(wide, 128, ONES * 255).astype(np.uint8)))
    same(found, CAR & ~wide, wide)


def test_void_without_a_car_and_void_alone() -> None:
    none = np.zeros(SIZE, bool)
    same(read_mask(saved(indexed(np.where(VOID, 255, 0)))), none, VOID)
    data = saved(indexed(np.full(SIZE, 255)))
    with pytest.raises(UnsureMaskError, match="void everywhere") as refusal:
        read_mask(data)
    (label,) = refusal.value.labels
    same(read_mask(data, CarChoice((label.name,))), ~none)


def test_full_of_label_one_with_void_is_not_taken_for_a_void_line() -> None:
    data = saved(np.where(VOID, 255, 1).astype(np.uint8))
    with pytest.raises(UnsureMaskError):
        read_mask(data)


def test_several_labels_are_asked_for_and_void_stays_void() -> None:
    labels = ONES * 7
    labels[2:8, 5:40] = 15
    data = saved(indexed(np.where(VOID, 255, labels)))
    with pytest.raises(UnsureMaskError, match=r"3 values, 0 \(.*15 \(") as refusal:
        read_mask(data)
    assert {label.name for label in refusal.value.labels} == {"0", "7", "15"}
    same(read_mask(data, CarChoice(("7",))), INNER, VOID)
    same(read_mask(data, CarChoice(("7", "15"))), (labels > 0) & ~VOID, VOID)
    same(read_mask(data, CarChoice(("all",))), (labels > 0) & ~VOID, VOID)
    same(read_mask(data, CarChoice(("#808080",))), INNER, VOID)
    same(read_mask(data, CarChoice(("3",))), np.zeros(SIZE, bool), VOID)


@pytest.mark.parametrize(
    "labels",
    [
        np.where(CAR, 1, 2) + (np.arange(83) < 8),  # the three of Oxford's pets
        ONES * 26 + (np.arange(83) < 8), np.where(np.arange(83) < 8, 254, ONES),
        np.add.outer(np.arange(61) // 8, np.arange(83) // 8),
        np.where(np.arange(83) < 8, 255, np.where(np.arange(83) > 70, 1, ONES * 2)),
    ],
)  # fmt: skip
def test_other_labels_are_asked_for_in_every_file(labels: np.ndarray) -> None:
    plain = labels.astype(np.uint8)
    colour = np.uint8(VOC)[plain]
    for data in (saved(plain), saved(indexed(plain)), saved(colour), saved(plain, "TIFF")):
        with pytest.raises(UnsureMaskError) as refusal:
            read_mask(data)
        assert len(refusal.value.labels) >= 2
        assert 20 < len(str(refusal.value)) < 300


def test_a_broad_third_value_is_no_void() -> None:
    with pytest.raises(UnsureMaskError):
        read_mask(saved(np.where(np.arange(83) < 30, 255, ONES * 128).astype(np.uint8)))


def test_colours_of_several_labels_are_asked_for_and_chosen() -> None:
    city = coloured(CAR, (0, 0, 142), (128, 64, 128))
    city[:9] = (70, 130, 180)
    for data in (saved(city), saved(city, "JPEG", quality=95, subsampling=0)):
        with pytest.raises(UnsureMaskError):
            read_mask(data)
        found = read_mask(data, CarChoice(("#00008e",)))
        assert (found.car ^ CAR).mean() < 0.01
    same(read_mask(saved(city), CarChoice(("#00008e",))), CAR)


def test_labels_of_sixteen_bits_that_are_names_of_things() -> None:
    things = np.arange(61 * 83).reshape(SIZE) // 16
    for data in (saved(things.astype("u2")), saved(things.astype("i4"), "TIFF")):
        with pytest.raises(UnsureMaskError):
            read_mask(data)


# One value


@pytest.mark.parametrize("format", ["PNG", "GIF", "BMP", "TIFF", "JPEG", "WEBP"])
def test_empty_and_full_masks(format: str) -> None:
    same(read_mask(saved(np.zeros(SIZE, np.uint8), format)), np.zeros(SIZE, bool))
    same(read_mask(saved(FULL, format)), np.ones(SIZE, bool))


@pytest.mark.parametrize(
    ("image", "all_car"),
    [
        (np.ones(SIZE, np.uint8), True), (np.full(SIZE, 65535, "u2"), True),
        (np.ones(SIZE, "u2"), True), (np.zeros(SIZE, "u2"), False), (np.ones(SIZE, "f4"), True),
        (np.zeros(SIZE, "f4"), False), (indexed(np.zeros(SIZE)), False),
        (indexed(np.ones(SIZE)), True), (indexed(np.ones(SIZE), [255, 255, 255, 0, 0, 0]), False),
        (indexed(np.zeros(SIZE), [255, 255, 255, 0, 0, 0]), True),
        (np.zeros((*SIZE, 3), np.uint8), False), (Image.new("1", (83, 61), 1), True),
        (np.dstack([np.zeros(SIZE, np.uint8)] * 3 + [FULL]), False),
        (np.dstack([np.zeros(SIZE, np.uint8)] * 3 + [one_pixel(254)]), False),
    ],
)  # fmt: skip
def test_empty_and_full_in_other_codings(image: np.ndarray, all_car: bool) -> None:
    format = "TIFF" if isinstance(image, np.ndarray) and image.dtype == np.float32 else "PNG"
    same(read_mask(saved(image, format)), np.full(SIZE, all_car))


@pytest.mark.parametrize("image", [FULL // 2, FULL * 0 + 7, coloured(CAR | True, (255, 0, 0))])
def test_a_single_other_value_is_asked_for(image: np.ndarray) -> None:
    with pytest.raises(UnsureMaskError, match="one value") as refusal:
        read_mask(saved(image))
    (label,) = refusal.value.labels
    same(read_mask(saved(image), CarChoice((label.name,))), np.ones(SIZE, bool))


def test_faint_labels_in_a_jpeg_are_not_taken_for_nothing() -> None:
    large = np.kron(ONES, np.ones((4, 4), np.uint8))
    for label in (7, 15, 26):
        with pytest.raises(UnsureMaskError):
            read_mask(saved(large * label, "JPEG", quality=95))


# Shades


@pytest.mark.parametrize("format", ["PNG", "GIF", "TIFF", "BMP"])
@pytest.mark.parametrize("high", [255, 200])
def test_smooth_edges_count_from_half(format: str, high: int) -> None:
    soft = smooth(ONES * high)
    found = read_mask(saved(soft, format))
    assert found.void is None
    np.testing.assert_array_equal(found.car, soft > high / 2)


def test_smooth_edges_in_colour_and_in_sixteen_bits() -> None:
    share = smooth(ONES * 255) / 255
    red = (share[..., None] * (255, 0, 0)).round().astype(np.uint8)
    np.testing.assert_array_equal(read_mask(saved(red)).car, red[..., 0] > 127)
    deep = (share * 65535).astype("u2")
    np.testing.assert_array_equal(read_mask(saved(deep)).car, share > 0.5)


def test_blurred_masks_count_from_half() -> None:
    large = cv2.resize(ONES * 255, (830, 610), interpolation=cv2.INTER_NEAREST)
    soft = cv2.GaussianBlur(large, (0, 0), 12)
    np.testing.assert_array_equal(read_mask(saved(soft)).car, soft > 127)


@pytest.mark.parametrize("quality", [10, 30, 50, 75, 90, 95, 100])
@pytest.mark.parametrize("ground", [0, 255])
def test_jpeg_masks(quality: int, ground: int) -> None:
    large = np.kron(CAR, np.ones((4, 4), bool))
    grey = np.where(large, 255 - ground, ground).astype(np.uint8)
    data = saved(grey, "JPEG", quality=quality)
    again = saved(Image.open(io.BytesIO(data)))  # its noise in a lossless file
    for each in (data, again):
        found = read_mask(each)
        assert found.void is None
        assert (found.car ^ large).mean() < 0.003


@pytest.mark.parametrize("format", ["JPEG", "WEBP", "AVIF"])
@pytest.mark.parametrize("colour", [(255, 0, 0), (0, 0, 255), (128, 0, 0), (250, 50, 83)])
def test_lossy_masks_in_colour(format: str, colour: tuple[int, int, int]) -> None:
    large = np.kron(CAR, np.ones((4, 4), bool))
    found = read_mask(saved(coloured(large, colour), format, quality=90))
    assert (found.car ^ large).mean() < 0.006


def test_photographs_are_no_masks() -> None:
    y, x = np.mgrid[0:1:61j, 0:1:83j]
    gentle = (np.stack([x, y, (1 - x) * y], -1) * 255).round().astype(np.uint8)
    for picture in (SCENE, gentle, gentle[..., 0], SCENE[..., 1]):
        for format in ("PNG", "JPEG"):
            with pytest.raises(UnsureMaskError):
                read_mask(saved(picture, format))


def test_masks_that_are_decoded_apart_are_read_alike() -> None:
    apart.begin()
    try:
        for data in TWO_VALUES.values():
            same(read_mask(data), CAR)
        for data in WITH_VOID.values():
            same(read_mask(data), INNER, VOID)
    finally:
        apart.end()


# Choosing, and other grids


def test_words_of_a_choice() -> None:
    assert CarChoice.parse(" 7, #800000 ,7") == CarChoice(("7", "#800000"))
    assert str(CarChoice.parse("7,red")) == "7,red"
    with pytest.raises(CarChoiceError, match="such as 7"):
        CarChoice.parse(" , ")


@pytest.mark.parametrize("word", ["red", "#f00", "#ff0000", "rgb(255,0,0)"])
def test_colours_by_name(word: str) -> None:
    found = read_mask(saved(coloured(CAR, (255, 0, 0), (0, 255, 0))), CarChoice((word,)))
    same(found, CAR)


def test_a_choice_overrules_the_table() -> None:
    same(read_mask(TWO_VALUES["inverted"], CarChoice(("255",))), ~CAR)
    same(read_mask(saved(ONES * 255), CarChoice(("0",))), ~CAR)
    same(read_mask(saved(ONES * 255), CarChoice(("7",))), np.zeros(SIZE, bool))
    same(read_mask(saved(coloured(CAR, VOC[7])), CarChoice(("7",))), CAR)
    with pytest.raises(PictureError, match="no transparent pixels"):
        read_mask(saved(ONES * 255), CarChoice(("opaque",)))


def ring(width: int) -> np.ndarray:
    mask = np.ones(SIZE, bool)
    mask[width:-width, width:-width] = False
    return mask


MASKS = [CAR, ~CAR, BELOW, ~BELOW, ring(4), CAR & False, CAR | True]


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("void", [None, VOID, ring(1)])
def test_a_mask_that_we_wrote_comes_back_as_it_was(
    mask: np.ndarray, void: np.ndarray | None
) -> None:
    own = TrueMask(mask if void is None else mask & ~void, void)
    same(read_mask(own.encoded()), own.car, void)
    with Image.open(io.BytesIO(own.encoded())) as image:
        np.testing.assert_array_equal(np.asarray(image), own.values)
        grey = np.asarray(image.convert("L"))
    assert (grey[own.car] == 255).all()
    assert (grey[~own.car] < 255).all()
    if void is None:
        np.testing.assert_array_equal(codec.decode_mask(mask), mask)


def test_decode_mask_is_its_car() -> None:
    for data in (WITH_VOID["palette 0, 7, 255"], WITH_VOID["grey 0, 1, 255"]):
        np.testing.assert_array_equal(codec.decode_mask(data), INNER)
    np.testing.assert_array_equal(codec.decode_mask(CAR), CAR)
    np.testing.assert_array_equal(codec.decode_mask(np.dstack([ONES * 255] * 3)), CAR)


def test_a_cell_of_a_coarser_grid_is_void_if_what_is_known_does_not_settle_it() -> None:
    #            car car   car car   car void  void .    . .
    car = np.array([[1, 1, 1, 1, 1, 0, 0, 0, 0, 0], [1, 1, 1, 0, 0, 0, 0, 0, 0, 0]], bool)
    void = np.array([[0, 0, 0, 0, 0, 1, 1, 0, 0, 0], [0, 0, 0, 0, 1, 1, 0, 0, 0, 0]], bool)
    found = TrueMask(car, void).at((1, 5))
    np.testing.assert_array_equal(found.car, [[1, 1, 0, 0, 0]])
    np.testing.assert_array_equal(found.void, [[0, 0, 1, 0, 0]])
    assert TrueMask(car, void).at((2, 10)).void is void
    assert TrueMask(car).at((1, 5)).void is None
