"""A named comparison of models on one picture: what is kept of it, and how it travels as a file.

It holds numbers and settings, not the picture. Small pictures are in it only if its owner agreed.
"""

import base64
import binascii
import io
from datetime import datetime
from typing import Annotated, Literal, Self

import numpy as np
from PIL import Image
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from carseg.core.errors import CarsegError
from carseg.imaging import codec

MOST_FILE_BYTES = 4 * 2**20
"""A file of sixty models with small pictures has about 1 MB."""
LONGEST_NAME = 80
THUMBNAIL = 320
"""The longest side of a small picture, in pixels."""
TRUSTED = {"from": "us"}
"""The context in which small pictures are taken as they are: we have made them."""
ORIGINAL = "original"
"""The name of the photo's own small picture; the others have those of their models."""


class ComparisonError(CarsegError):
    """A file that is no comparison, or a name that cannot be used; the text says what to do."""


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("has characters that cannot be shown")
    return text


def _small_picture(text: str, info: ValidationInfo) -> str:
    """A small picture in base64. A stranger's is decoded and written anew."""
    if info.context is TRUSTED:
        return text
    try:
        data = base64.b64decode(text, validate=True)
        with Image.open(io.BytesIO(data), formats=("WEBP",)) as image:
            if max(image.size) > THUMBNAIL:
                raise ValueError("is larger than a small picture")
        return thumbnail(codec.decode(data))
    except (OSError, binascii.Error, codec.PictureError) as error:
        raise ValueError("is no small picture") from error


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME),
    AfterValidator(_printable),
]
Text = Annotated[str, StringConstraints(max_length=300), AfterValidator(_printable)]
Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Plain = bool | int | Annotated[float, Field(allow_inf_nan=False)] | Text | None
Picture = Annotated[str, StringConstraints(max_length=80_000), AfterValidator(_small_picture)]


class _Facts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Outcome(_Facts):
    """One model's result.

    Attributes:
        share: of the picture that is car.
        edited: a person has changed the mask by hand.
        settings: what else shaped the mask, as in saved scores.
    """

    model: Name
    title: Text
    weights_sha256: Sha256
    fingerprint: Sha256
    threshold: Share
    settings: Annotated[dict[Text, Plain | dict[Text, Plain]], Field(max_length=40)] = {}
    share: Share
    edited: bool = False


class Disagreement(_Facts):
    """How far the masks of two models differ: the share of pixels, and Dice between the two."""

    models: tuple[Name, Name]
    different: Share
    dice: Share


class Comparison(_Facts):
    """All that is kept.

    Attributes:
        picture, picture_sha256: the photo's file name, and the hash of its bytes.
        origin, source: as ``origin`` and ``link`` of a ``Photo``.
        width, height: of the photo, in pixels.
        link: the settings, as the parameters of the share link.
        outcomes: in the order of the page.  disagreements: of each pair of them.
        thumbnails: WebP in base64, of ``ORIGINAL`` and of the models; empty if none are kept.
        saved_at: UTC, without a zone; None until it is saved.
    """

    format: Literal["carseg comparison 1"] = "carseg comparison 1"
    name: Name
    picture: Text
    picture_sha256: Sha256
    origin: Literal["upload", "camera", "url", "sample"]
    source: Annotated[str, StringConstraints(max_length=2_000), AfterValidator(_printable)] = ""
    width: Annotated[int, Field(ge=1, le=100_000)]
    height: Annotated[int, Field(ge=1, le=100_000)]
    link: Annotated[
        dict[Text, Annotated[list[Text], Field(max_length=100)]], Field(max_length=200)
    ] = {}
    outcomes: Annotated[tuple[Outcome, ...], Field(min_length=1, max_length=100)]
    disagreements: Annotated[tuple[Disagreement, ...], Field(max_length=4_950)] = ()
    thumbnails: Annotated[dict[Name, Picture], Field(max_length=101)] = {}
    saved_at: datetime | None = None

    @model_validator(mode="after")
    def _fits_itself(self) -> Self:
        models = [outcome.model for outcome in self.outcomes]
        if len({*models}) < len(models):
            raise ValueError("names a model twice")
        named = {name for pair in self.disagreements for name in pair.models} | {*self.thumbnails}
        if named - {*models, ORIGINAL}:
            raise ValueError("names a model that it does not compare")
        if self.saved_at is not None and self.saved_at.tzinfo is not None:
            raise ValueError("has a time with a zone")
        return self

    @property
    def edited(self) -> list[str]:
        """The titles of the models whose masks were changed by hand."""
        return [outcome.title for outcome in self.outcomes if outcome.edited]


def usable_name(name: str) -> str:
    """The name without space around it. Raises ``ComparisonError`` for one that cannot be used."""
    try:
        return TypeAdapter(Name).validate_python(name)
    except ValidationError as error:
        raise ComparisonError(
            f"A name has 1 to {LONGEST_NAME} characters that can be shown: choose another one."
        ) from error


def thumbnail(rgb: np.ndarray) -> str:
    """A picture, uint8 (H, W, 3), as a small WebP in base64."""
    small = codec.proxy(rgb, THUMBNAIL)
    return base64.b64encode(codec.encode(small, "webp", quality=70)).decode()


def to_file(comparison: Comparison) -> bytes:
    """The JSON file of a comparison."""
    return (comparison.model_dump_json(indent=1) + "\n").encode()


def from_file(data: bytes) -> Comparison:
    """The comparison in a stranger's file.

    Raises:
        ComparisonError: too large, no comparison, or one that breaks a rule.
    """
    if len(data) > MOST_FILE_BYTES:
        raise ComparisonError(
            f"This file is larger than {MOST_FILE_BYTES // 2**20} MB: it is no saved comparison."
        )
    try:
        return Comparison.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])[:60] or "the file"
        raise ComparisonError(
            f"This is no comparison that this version of carseg saved (look at: {place}). Choose "
            "the .json file that 'File' under 'Saved by you' gave."
        ) from error
