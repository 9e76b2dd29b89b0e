"""A talk that begins with its first slide, while the others are made ahead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from carseg.models.checkpoint import Config
from carseg.service.workshop import Photo, Workshop
from carseg.ui.components.talk import Face, Slide
from carseg.ui.present.slides import (
    Made,
    make,
    original,
    original_key,
    result,
    result_key,
    unfinished,
)
from carseg.ui.shared.tray import truth_of


@dataclass(frozen=True)
class Talk:
    """The choice of a visitor.

    Attributes:
        photos, configs: pictures and models, in the order of the talk.
        view: of ``carseg.compositing.views``.
        masks: the file of the true mask, by photo id.
    """

    shop: Workshop
    photos: Sequence[Photo]
    configs: Sequence[Config]
    view: str
    masks: Mapping[str, bytes]

    def slides(self) -> list[Slide]:
        """A slide per photo; the first photo is read at once, what is not ready says so."""
        return [self._slide(photo, first=not place) for place, photo in enumerate(self.photos)]

    def ready(self) -> int:
        """How many slides are complete."""
        return sum(not self._missing(photo) for photo in self.photos)

    def work(self) -> bool:
        """Make what is needed next: results of the first slide singly, then slide after slide.

        Returns:
            whether there was anything to make.

        Raises:
            CheckpointError: a model cannot be used.
        """
        for place, photo in enumerate(self.photos):
            if missing := self._missing(photo):
                original(self.shop, photo)
                for config in missing if place else missing[:1]:
                    self._make(photo, config)
                return True
        return False

    def _key(self, photo: Photo, config: Config) -> tuple:
        return result_key(photo, config, self.view, self.masks.get(photo.id, b""))

    def _missing(self, photo: Photo) -> list[Config]:
        return [one for one in self.configs if self._key(photo, one) not in self.shop.store]

    def _make(self, photo: Photo, config: Config) -> Made:
        def now() -> Made:
            truth, _ = truth_of(photo)
            return make(self.shop, photo, config, self.view, truth)

        return self.shop.store.get_or_make(self._key(photo, config), now)

    def _slide(self, photo: Photo, *, first: bool) -> Slide:
        seen = None
        if first or original_key(photo) in self.shop.store:
            seen = original(self.shop, photo)
        itself = seen or Face("", "The photo", f"The photo {photo.name}, not ready yet")
        return Slide(
            photo.name, itself, tuple(self._face(photo, one, seen) for one in self.configs)
        )

    def _face(self, photo: Photo, config: Config, seen: Face | None) -> Face:
        if self._key(photo, config) not in self.shop.store:
            return unfinished(photo, seen, config)
        return result(self._make(photo, config), photo, config, self.view)
