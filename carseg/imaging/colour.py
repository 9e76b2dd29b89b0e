"""Converts the colours of any file to those of a screen: 8 bit sRGB."""

import io

import numpy as np
from PIL import Image, ImageCms

from carseg.imaging.png_colour import png_profile

EIGHT_BIT = {"L", "RGB", "CMYK", "LAB"}
"""Pillow's modes that a profile is applied to; all others become one of these first."""


def image_to_srgb(image: Image.Image) -> Image.Image:
    """A decoded image of any mode as RGB, by its embedded profile, alpha flattened on white.

    16 bit, CMYK, Lab, palette and grey are converted. A profile that is damaged or made for
    another kind of picture is left out, as browsers do. It may be ``image`` itself.
    """
    colour, alpha = split_alpha(image)
    rgb = _by_profile(_eight_bit(colour), png_profile(image) or image.info.get("icc_profile"))
    if alpha is None:
        return rgb
    flat = Image.new("RGB", rgb.size, "white")
    flat.paste(rgb, mask=alpha)
    return flat


def to_grey(image: Image.Image, *, labels: bool = False) -> Image.Image:
    """A decoded image of any mode as 8 bit grey, without its profile and its alpha.

    Args:
        labels: deep values that all fit in 8 bits are taken as they are (0/1 or 0/255 kept in
            16 bits), not as a very dark picture.
    """
    if image.mode in {"LA", "LAB"}:
        return image.getchannel(0)
    if _is_deep(image):
        return _eight_bit(image, labels=labels)
    # Through RGB, because some modes cannot be converted to L directly.
    return image if image.mode == "L" else _straight(image).convert("RGB").convert("L")


def split_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """The colours without alpha, and the alpha (mode L) where the image has one of any kind."""
    colour, alpha = _split_alpha(_with_whole_palette(image))
    frame = image.info.get("frame")
    if frame is None:
        return colour, alpha
    # A GIF's frame may be smaller than its canvas, of which the rest is empty.
    within = Image.new("L", image.size)
    within.paste(255 if alpha is None else alpha.crop(frame), frame)
    return colour, within


def _with_whole_palette(image: Image.Image) -> Image.Image:
    """The same image; values beyond a PNG's palette have its last colour, as in browsers."""
    palette = bytes(image.getpalette("RGB") or b"") if image.mode == "P" else b""
    if image.format != "PNG" or not 3 <= len(palette) < 768:
        return image
    whole = image.copy()
    whole.putpalette(palette + palette[-3:] * (256 - len(palette) // 3))
    whole.info, whole.format = image.info, image.format
    return whole


def _split_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    if _is_deep(image):
        return image, _deep_key(image)
    if not image.has_transparency_data:
        return image, None
    image = _straight(image)
    if image.mode == "LA":
        return image.getchannel("L"), image.getchannel("A")
    rgba = image.convert("RGBA")
    return rgba.convert("RGB"), rgba.getchannel("A")


def _deep_key(image: Image.Image) -> Image.Image | None:
    """The alpha of a 16 bit grey picture one of whose values is transparent."""
    key = image.info.get("transparency")
    if not isinstance(key, int) or image.format != "PNG":
        return None
    return Image.fromarray(np.where(np.asarray(image) == key, 0, 255).astype(np.uint8))


def _straight(image: Image.Image) -> Image.Image:
    """The same image without colours that are multiplied by their alpha."""
    return image.convert({"La": "LA", "RGBa": "RGBA"}.get(image.mode, image.mode))


def _is_deep(image: Image.Image) -> bool:
    return image.mode == "F" or image.mode.startswith("I")


def _eight_bit(image: Image.Image, *, labels: bool = False) -> Image.Image:
    """The same image as L, RGB, CMYK or LAB."""
    if image.mode in EIGHT_BIT:
        return image
    if not _is_deep(image):
        return image.convert("L" if image.mode == "1" else "RGB")
    values = np.nan_to_num(np.asarray(image, np.float32))
    white = _white(image.mode, float(values.max()), labels)
    return Image.fromarray(np.clip(values * (255 / white) + 0.5, 0, 255).astype(np.uint8))


def _white(mode: str, highest: float, labels: bool) -> float:
    """The value that means white: 16 bit files say it, wider ones leave it to the reader."""
    if mode == "F" and highest <= 1:
        return 1.0
    if labels and highest <= 255:
        return 255.0
    if mode in {"F", "I"} and highest <= 255:
        return 255.0
    return 65535.0 if highest <= 65535 else float(2**32 - 1)


def _by_profile(image: Image.Image, icc: bytes | None) -> Image.Image:
    """L, RGB, CMYK or LAB to RGB, through the embedded profile if it fits."""
    if image.mode == "L" and icc and icc[16:20] == b"RGB ":
        image = image.convert("RGB")  # browsers show grey in colours of a profile for RGB
    transform = _transform(image.mode, icc)
    if transform is None or (image.mode == "RGB" and _changes_nothing(transform)):
        return image if image.mode == "RGB" else image.convert("RGB")
    return transform.apply(image)


def _transform(mode: str, icc: bytes | None) -> ImageCms.ImageCmsTransform | None:
    try:
        if mode == "LAB":
            profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        elif icc:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        else:
            return None
        # Raises if the profile is made for another mode, such as CMYK for an RGB picture.
        return ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    # Most profiles are sRGB under one of many names. Converting 729 colours shows whether a
    # profile changes anything; if it does not, the picture itself need not be converted.
    steps = np.linspace(0, 255, 9).astype(np.uint8)
    colours = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(27, 27, 3)
    moved = np.asarray(ImageCms.applyTransform(Image.fromarray(colours), transform))
    return int(np.abs(moved.astype(int) - colours).max()) <= 1
