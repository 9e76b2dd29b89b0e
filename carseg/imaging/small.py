"""Smaller copies of pictures for display."""

from PIL import Image

from carseg.imaging.colour import image_to_srgb
from carseg.imaging.grid import Size
from carseg.imaging.untrusted import upright


def proxy_size(size: Size, longest: int = 1600) -> Size:
    """(height, width) with no side above ``longest`` and none below 1; unchanged if it fits."""
    scale = min(1.0, longest / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def small_copy(image: Image.Image, longest: int) -> tuple[Image.Image, Size]:
    """An opened picture upright in sRGB, and its own (height, width).

    A JPEG that is large enough is decoded to 1/2, 1/4 or 1/8 of its size; its longer side keeps at
    least ``longest`` pixels.
    """
    full = image.size
    if image.format in {"JPEG", "MPO"}:
        image.draft(None, proxy_size(full, longest))
    drafted = image.size
    rgb = image_to_srgb(upright(image))
    lies = rgb.size != drafted  # turned by its EXIF
    return rgb, full if lies else full[::-1]
