"""EXIF that is passed on: the camera and the time stay, the place does not."""

import io

import numpy as np
import pytest
from PIL import ExifTags, Image

from carseg.imaging import codec
from carseg.imaging.exif import without_place

TAKEN = "2026:05:04 03:02:01"


@pytest.fixture
def photo(picture) -> bytes:
    """A JPEG that lies on its side, with a place in three ways."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Maker"
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.GPSInfo] = {1: "N", 2: (48.0, 8.0, 15.0)}
    exif[ExifTags.IFD.Exif] = {
        ExifTags.Base.DateTimeOriginal: TAKEN,
        ExifTags.Base.MakerNote: b"48.1374 N",
        ExifTags.Base.UserComment: b"ASCII\0\0\048.1374 N",
    }
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", exif=exif)
    assert b"48.1374" in file.getvalue()
    return file.getvalue()


@pytest.mark.parametrize("format", ["png", "webp", "jpeg"])
def test_the_place_is_gone_and_the_rest_is_there(photo, format):
    upright = codec.decode(photo)
    made = codec.encode(upright, format, exif=without_place(photo))
    with Image.open(io.BytesIO(made)) as image:
        held = image.getexif()
    assert held[ExifTags.Base.Make] == "Maker"
    assert held.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] == TAKEN
    assert not held.get_ifd(ExifTags.IFD.GPSInfo)
    assert ExifTags.Base.Orientation not in held
    assert b"48.1374" not in made
    assert codec.decode(made).shape == upright.shape


def test_without_exif_nothing_is_written(picture):
    assert without_place(codec.encode(picture, "png")) == b""
    np.testing.assert_array_equal(codec.decode(codec.encode(picture, "png", exif=b"")), picture)
