"""What programs send over HTTP, and what the answers look like."""

from enum import StrEnum
from typing import Annotated

from fastapi import UploadFile
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from carseg.compositing.alike import Alike
from carseg.compositing.framing import MOST_MARGIN
from carseg.core.errors import CarsegError
from carseg.service.cutout import alike

_NOTHING = SkipJsonSchema[None]
"""A field that is left out. A form has no null, so its schema names none."""
MOST_MODELS = 8
"""Of one comparison."""


class FieldError(CarsegError):
    """A field that is missing; the message says which."""


class Answer(StrEnum):
    """What is sent back for a picture."""

    MASK = "mask"
    CUTOUT = "cutout"
    OVERLAY = "overlay"
    OUTLINE = "outline"
    BACKGROUND = "background"
    RLE = "rle"
    JSON = "json"


class Format(StrEnum):
    """Of the file that is sent back."""

    PNG = "png"
    WEBP = "webp"
    JPEG = "jpeg"


class Ask(BaseModel):
    """A picture, and how it is looked at."""

    file: UploadFile | _NOTHING = Field(None, description="a picture file; or give `url`")
    url: str = Field(
        "",
        description="the http(s) address of a picture",
        max_length=2000,
        examples=["https://example.org/car.jpg"],
    )
    engine: str = Field("auto", description="auto, torch, onnx or openvino", max_length=20)
    threshold: float | _NOTHING = Field(None, gt=0, lt=1, description="default: the model's own")

    @property
    def address(self) -> str:
        """The address to fetch; '' if there is a file. Raises FieldError for none or both."""
        if (self.file is None or not self.file.size) == (not self.url.strip()):
            raise FieldError("Give a picture as 'file', or its address as 'url': one of the two.")
        return self.url

    @property
    def data(self) -> bytes:
        """The file's bytes; none if there is no file."""
        return contents(self.file)


class SegmentAsk(Ask):
    """What is wanted of one picture."""

    model: str = Field(
        "", description="a model; '' is the default one", max_length=200, examples=["street-best"]
    )
    answer: Answer = Field(Answer.MASK, description="what is sent back")
    background: str = Field("#f0f0ec", description="a colour behind the car", max_length=20)
    background_file: UploadFile | _NOTHING = Field(None, description="a picture behind the car")
    every_car: bool = Field(
        False,
        description="a cut-out or a new background shows all cars, not the largest alone",
    )
    frame: str = Field(
        "",
        description="width:height of a cut-out or a new background, with the car in the middle; "
        "free: the car and its margins; '' is the whole photo",
        max_length=20,
        examples=["4:3"],
    )
    margin: float = Field(8, ge=0, le=MOST_MARGIN, description="around the car, in per cent")
    format: Format = Field(Format.PNG, description="of the picture")
    quality: int = Field(90, ge=1, le=100, description="of WebP and JPEG")

    @property
    def behind(self) -> bytes | str | None:
        """What comes behind the car, as ``remove_background`` takes it."""
        if self.answer is not Answer.BACKGROUND:
            return None
        return contents(self.background_file) or self.background

    @property
    def framed(self) -> Alike | None:
        """The frame, if one was asked for. Raises FrameError for what is none."""
        return alike(self.frame, self.margin) if self.frame else None


class CompareAsk(Ask):
    """What is wanted of several models."""

    models: Annotated[list[str], Field(min_length=2, max_length=MOST_MODELS)] = Field(
        description="two or more names", examples=[["street-best", "unet-scratch"]]
    )
    masks: bool = Field(False, description="with each mask as run lengths")


def contents(file: UploadFile | None) -> bytes:
    """The bytes of a file that was sent; none for none."""
    return b"" if file is None else file.file.read()


class Problem(BaseModel):
    """Why there is no answer: one sentence for people."""

    error: str
    model_config = ConfigDict(
        json_schema_extra={"example": {"error": "There is no checkpoint 'street-bets' here."}}
    )


class Rle(BaseModel):
    """A mask as COCO's compressed run lengths, which pycocotools reads."""

    size: tuple[int, int] = Field(description="height and width in pixels")
    counts: str


class Car(BaseModel):
    """One car of a picture."""

    share: float = Field(description="of the picture, 0 to 1")
    score: float = Field(description="the mean probability within its outline, 0 to 1")
    box: tuple[int, int, int, int] = Field(description="top, left, bottom and right in pixels")


class Facts(BaseModel):
    """What is said of a result beside its pixels."""

    model: str
    weights_sha256: str
    size: tuple[int, int] = Field(description="height and width of the picture in pixels")
    grid: tuple[int, int] = Field(description="height and width of what the network saw")
    threshold: float = Field(description="the probability from which a pixel is car")
    car_share: float = Field(description="the car's share of the picture, 0 to 1")
    car_found: bool
    cars: list[Car] = Field(description="the single cars, the largest first")
    device: str
    precision: str
    engine: str
    seconds: dict[str, float] = Field(description="by stage")
    mask: Rle | None = Field(None, description="where it was asked for")


class Pair(BaseModel):
    """How far two models agree on a picture."""

    models: tuple[str, str]
    dice: float = Field(description="of one mask against the other, 0 to 1")
    different: float = Field(description="the share of pixels in which they differ, 0 to 1")


class Comparison(BaseModel):
    """Several models on one picture."""

    results: list[Facts]
    pairs: list[Pair]


class Model(BaseModel):
    """A checkpoint that can be asked for."""

    name: str
    title: str
    summary: str
    kind: str
    parameters: int
    sha256: str
    limits: list[str] = Field(description="known failures, a sentence each")
    default: bool


class Health(BaseModel):
    """Whether the server can answer."""

    status: str
    version: str
    models: int = Field(description="how many can be asked for")
    waiting: int = Field(description="how many wait for a network")
    model_config = ConfigDict(
        json_schema_extra={
            "example": {"status": "ok", "version": "0.1.0", "models": 9, "waiting": 0}
        }
    )
