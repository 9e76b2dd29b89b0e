"""EXIF of a photo that may be passed on: when and how it was taken, never where."""

from PIL import ExifTags, Image

from carseg.imaging.untrusted import open_picture

LEFT_OUT = frozenset(
    {
        ExifTags.Base.GPSInfo,
        ExifTags.Base.Orientation,  # results stand upright
        ExifTags.Base.MakerNote,  # makers write places into it
        ExifTags.Base.UserComment,
        ExifTags.Base.XPComment,
        ExifTags.Base.XMLPacket,
        ExifTags.Base.ExifOffset,
        ExifTags.Base.ExifInteroperabilityOffset,
        ExifTags.Base.ImageWidth,
        ExifTags.Base.ImageLength,
        ExifTags.Base.ExifImageWidth,
        ExifTags.Base.ExifImageHeight,
    }
)
"""Besides the place: what is not true of a result, and free texts in which a place may stand. The
small picture within the EXIF is left out, too: it shows what was cut away."""


def without_place(data: bytes) -> bytes:
    """The EXIF of a picture file to write into its results; none if there is none.

    Raises:
        PictureError: it is no picture.
    """
    with open_picture(data) as image:
        held = image.getexif()
        kept = Image.Exif()
        for tag, value in held.items():
            if tag not in LEFT_OUT:
                kept[tag] = value
        taken = held.get_ifd(ExifTags.IFD.Exif)
        if inner := {tag: value for tag, value in taken.items() if tag not in LEFT_OUT}:
            kept[ExifTags.IFD.Exif] = inner
        return kept.tobytes() if len(kept) else b""
