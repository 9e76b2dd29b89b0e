"""The pictures of a talk's slide: the photo itself, and the result of each model."""

from dataclasses import dataclass

from carseg.compositing.views import CLEAR, VIEWS, Look
from carseg.imaging.codec import digest
from carseg.inference.prediction import share_words
from carseg.inference.predictor import fingerprint
from carseg.models.checkpoint import Config
from carseg.service.truth import Truth, score_against_truth
from carseg.service.workshop import Ask, Photo, Workshop, kind_of
from carseg.ui.components.talk import Face
from carseg.ui.shared import media


@dataclass(frozen=True)
class Made:
    """A finished picture: its encoded bytes, and its share and score in words.

    It is kept apart from what it was made of: with many large photos the store drops predictions
    before the talk is over, and they must not be made again for every slide.
    """

    data: bytes
    words: str = ""


def original_key(photo: Photo) -> tuple:
    """Where the store keeps the photo itself."""
    return "talk", photo.id


def result_key(photo: Photo, config: Config, view: str, mask: bytes = b"") -> tuple:
    """Where the store keeps a model's result; ``mask`` is the file of the true mask."""
    return "talk", photo.id, config.name, fingerprint(config), view, mask and digest(mask)


def original(shop: Workshop, photo: Photo) -> Face:
    """The photo itself."""
    made = shop.store.get_or_make(original_key(photo), lambda: Made(shop.original(photo)))
    url = media.picture_address(made.data, "jpeg", f"talk-{photo.id}")
    return Face(url, "The photo", f"The photo {photo.name}")


def make(shop: Workshop, photo: Photo, config: Config, view: str, truth: Truth | None) -> Made:
    """A model's result as a ``view`` of ``carseg.compositing.views``, with its score if possible.

    Raises:
        CheckpointError: the model cannot be used.
    """
    ask, look = Ask(photo, config.name, fingerprint(config)), Look()
    picture = shop.shown(ask, view, look)
    words = share_words(shop.matted(ask, look).share)
    if truth is not None:
        words += f" · Dice {score_against_truth(shop, ask, look, truth).counts.dice:.3f}"
    return Made(picture, words)


def result(made: Made, photo: Photo, config: Config, view: str) -> Face:
    """The face of a finished result."""
    url = media.picture_address(made.data, kind_of(view), f"talk-{photo.id}-{config.name}")
    alt = f"{VIEWS[view]} by {config.title} of {photo.name}: {made.words}"
    return Face(url, config.title, alt, made.words, view in CLEAR)


def unfinished(photo: Photo, seen: Face | None, config: Config) -> Face:
    """What stands for a result that is not made yet: the photo, as soon as it is there."""
    alt = f"The photo {photo.name}; the result of {config.title} is not ready yet"
    return Face(seen.url if seen else "", config.title, alt, "is being made ...")
