"""The pictures of a talk's slide: the photo itself, and the result of each model."""

from carseg.compositing.views import CLEAR, VIEWS, Look
from carseg.inference.prediction import share_words
from carseg.inference.predictor import fingerprint
from carseg.models.checkpoint import Config
from carseg.service.truth import Truth, score_against_truth
from carseg.service.workshop import Ask, Photo, Workshop, kind_of
from carseg.ui.components.talk import Face
from carseg.ui.shared import media


def original(shop: Workshop, photo: Photo) -> Face:
    """The photo itself."""
    url = media.picture_address(shop.original(photo), "jpeg", f"talk-{photo.id}")
    return Face(url, "The photo", f"The photo {photo.name}")


def result(shop: Workshop, photo: Photo, config: Config, view: str, truth: Truth | None) -> Face:
    """A model's result as a ``view`` of ``carseg.compositing.views``, with its score if possible.

    Raises:
        CheckpointError: the model cannot be used.
    """
    ask, look = Ask(photo, config.name, fingerprint(config)), Look()
    picture = shop.shown(ask, view, look)
    url = media.picture_address(picture, kind_of(view), f"talk-{photo.id}-{config.name}")
    words = share_words(shop.matted(ask, look).share)
    if truth is not None:
        words += f" · Dice {score_against_truth(shop, ask, look, truth).counts.dice:.3f}"
    alt = f"{VIEWS[view]} by {config.title} of {photo.name}: {words}"
    return Face(url, config.title, alt, words, view in CLEAR)
