"""What a slide of a talk shows: the photo itself, and what each model makes of it."""

from carseg.models.checkpoint import Config
from carseg.predict import NO_CAR
from carseg.ui import media
from carseg.ui.looks import CLEAR, VIEWS, Look
from carseg.ui.present import Face
from carseg.ui.truth import Truth, measure
from carseg.ui.work import Ask, Photo, Workshop, kind_of


def original(shop: Workshop, photo: Photo) -> Face:
    """The photo itself."""
    url = media.publish(shop.original(photo), "jpeg", f"talk-{photo.id}")
    return Face(url, "The photo", f"The photo {photo.name}")


def result(shop: Workshop, photo: Photo, config: Config, view: str, truth: Truth | None) -> Face:
    """A model's result as a ``view`` of ``carseg.ui.looks``, scored where there is a truth.

    Raises:
        CheckpointError: the model cannot be used.
    """
    ask, look = Ask(photo, config.name, config.sha256), Look()
    picture = shop.shown(ask, view, look)
    url = media.publish(picture, kind_of(view), f"talk-{photo.id}-{config.name}")
    share = shop.matted(ask, look).share
    words = f"{share:.1%} car" if share >= NO_CAR else "No car found"
    if truth is not None:
        words += f" · Dice {measure(shop, ask, look, truth).counts.dice:.3f}"
    alt = f"{VIEWS[view]} by {config.title} of {photo.name}: {words}"
    return Face(url, config.title, alt, words, view in CLEAR)
