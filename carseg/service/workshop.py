"""Makes pictures, predictions and views for the pages once, and keeps them in one store.

It does not use Streamlit, because downloads call it from threads of their own.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

import numpy as np

from carseg.compositing import edges, views
from carseg.compositing.foreground import foreground_colours
from carseg.compositing.retouch import retouched
from carseg.compositing.views import CLEAR, NEED_COLOURS, Look
from carseg.core.gate import HANDS, LEAST_PIXELS, PIXELS
from carseg.core.store import ByteLru, Shared
from carseg.data.samples import SamplePicture
from carseg.imaging import codec
from carseg.imaging.grid import Size
from carseg.imaging.untrusted import open_picture
from carseg.inference.prediction import Prediction
from carseg.inference.predictor import Predictor
from carseg.measures.stability import Trust, trust
from carseg.objects.cars import Car, cars_in

SHIPPED = frozenset({"sample", "scene"})
"""Origins of pictures that came with the app, and not from strangers."""

_T = TypeVar("_T")


ENGINE_FREE = frozenset({"decoded", "pixels", "original", "truth", "painted"})
"""What the store keeps that no network has made, by the beginning of its key."""


@dataclass(frozen=True)
class Photo:
    """One picture of the tray.

    Attributes:
        id: sha256 of its bytes.  name: for people, never a path.
        origin: ``upload``, ``camera``, ``url``, ``sample`` or ``scene``.
        link: for the share link: the name of the sample or scene, or the URL; empty for none.
    """

    id: str
    name: str
    origin: str
    link: str = ""
    data: bytes = field(default=b"", repr=False, compare=False)


def photo_of(sample: SamplePicture) -> Photo:
    """A sample as a picture of the tray. Raises ``OSError`` if its file cannot be read."""
    data = sample.path.read_bytes()
    return Photo(codec.digest(data), sample.title, "sample", sample.name, data)


@dataclass(frozen=True)
class Decoded:
    """A photo, decoded as far as the page needs it.

    Attributes:
        near: its pixels, uint8 (h, w, 3): all of them, or those of a smaller copy that is at least
            as large as ``proxy``.
        proxy: its copy for display.
        size: (height, width) of the photo itself.
        seconds: of decoding.
        all_pixels: decodes it in full.
    """

    near: np.ndarray
    proxy: np.ndarray
    size: Size
    seconds: float
    all_pixels: Callable[[], np.ndarray] = field(repr=False, compare=False)

    @property
    def rgb(self) -> np.ndarray:
        """All pixels, uint8 (H, W, 3); a large JPEG is decoded once more for them."""
        return self.near if self.near.shape[:2] == self.size else self.all_pixels()

    @property
    def scale(self) -> float:
        """Display pixels per photo pixel, at most 1."""
        return max(self.proxy.shape[:2]) / max(self.size)


@dataclass(frozen=True)
class Glance:
    """What a page says of a photo without its pixels.

    Attributes:
        size: (height, width) of its copy for display.  seconds: of decoding.
    """

    size: tuple[int, int]
    seconds: float


@dataclass(frozen=True)
class Ask:
    """Identifies a prediction: photo, model, its ``fingerprint``, and whether it looks twice."""

    photo: Photo
    model: str
    fingerprint: str
    detail: bool = False

    @property
    def key(self) -> tuple:
        """The key of the prediction; it contains the hash of the photo's bytes."""
        return self.photo.id, self.model, self.fingerprint, self.detail


@dataclass(frozen=True)
class Outline:
    """What a page says of a result without its pixels.

    Attributes:
        share: the car's share of the picture, 0..1.  seconds: of the edge work.
        cars: the single cars, the largest first.
    """

    share: float
    seconds: float
    cars: tuple[Car, ...]


@dataclass(frozen=True)
class Matted:
    """Alpha float32 (H, W) on display pixels, and the seconds of the edge work."""

    alpha: np.ndarray
    seconds: float

    @property
    def share(self) -> float:
        """The car's share of the picture, 0..1."""
        return float((self.alpha >= 0.5).mean())


class Workshop:
    """Predictor and store together. Every result is cached under everything that shaped it."""

    def __init__(self, predictor: Predictor, store: ByteLru | Shared) -> None:
        self.predictor, self.store = predictor, store

    def decoded(self, photo: Photo) -> Decoded:
        """The photo's pixels. Raises ``codec.PictureError`` for one that cannot be read."""

        def make() -> Decoded:
            began = time.perf_counter()
            copy = codec.decode_copy(photo.data)
            seconds = time.perf_counter() - began
            pixels = partial(self._all_pixels, photo)
            with HANDS:
                return Decoded(copy.rgb, copy.proxy(), copy.size, seconds, pixels)

        return self._in_turn(photo, ("decoded", photo.id), make)

    def _all_pixels(self, photo: Photo) -> np.ndarray:
        return self._in_turn(photo, ("full", photo.id), lambda: codec.decode(photo.data))

    def _in_turn(self, photo: Photo, key: tuple, make: Callable[[], _T]) -> _T:
        if key in self.store:
            return self.store.get_or_make(key, make)
        # Its turn comes before the store's: else two could wait for each other.
        with PIXELS.enter(max(self.pixels(photo), LEAST_PIXELS)):
            return self.store.get_or_make(key, make)

    def glance(self, photo: Photo) -> Glance:
        """Its facts, which stay when the pixels are dropped. Raises ``codec.PictureError``."""

        def make() -> Glance:
            picture = self.decoded(photo)
            height, width = picture.proxy.shape[:2]
            return Glance((height, width), picture.seconds)

        return self.store.get_or_make(("glance", photo.id), make)

    def pixels(self, photo: Photo) -> int:
        """Height times width of the photo, from its file's header."""

        def make() -> int:
            with open_picture(photo.data) as image:
                return image.width * image.height

        return self.store.get_or_make(("pixels", photo.id), make)

    def prediction(self, ask: Ask) -> Prediction:
        """The model's prediction. Raises ``CheckpointError`` if the model cannot be used."""

        def make() -> Prediction:
            photo = self.decoded(ask.photo)
            if ask.detail:  # it looks closely at a part
                return self.predictor.predict(photo.rgb, ask.model, detail=True)
            return self.predictor.predict(photo.near, ask.model, size=photo.size)

        return self.store.get_or_make(self._key_of(ask), make)

    def has_prediction(self, ask: Ask) -> bool:
        """Whether the model's prediction is in the store, so that no network has to run.

        This does not load PyTorch.
        """
        return self.predictor.knows_device and self._key_of(ask) in self.store

    def _key_of(self, ask: Ask) -> tuple:
        return "prediction", self.predictor.device.kind, *ask.key

    def trust(self, ask: Ask) -> Trust:
        """How stable the model's first mask is; this runs the network on the mirrored photo."""

        def make() -> Trust:
            photo = self.decoded(ask.photo)
            mirrored = np.ascontiguousarray(photo.near[:, ::-1])
            back = self.predictor.predict(mirrored, ask.model, size=photo.size)
            return trust(replace(self.prediction(ask), detail=None), back)

        return self.store.get_or_make(("trust", self.predictor.device.kind, *ask.key), make)

    def matted(self, ask: Ask, look: Look) -> Matted:
        """Alpha on display pixels."""

        def make() -> Matted:
            if look.edges.strokes:
                return self._retouched(ask, look)
            picture, said = self.decoded(ask.photo), self.prediction(ask)
            fitted = views.edges_at(look.edges, picture.scale)
            with HANDS:
                began = time.perf_counter()
                alpha = edges.alpha(
                    said.at(picture.proxy.shape[:2]),
                    picture.proxy,
                    fitted,
                    said.threshold,
                    said.cell(picture.proxy.shape[:2]),
                )
                return Matted(alpha, time.perf_counter() - began)

        return self.store.get_or_make(("alpha", *ask.key, look.edges), make)

    def outline(self, ask: Ask, look: Look) -> Outline:
        """Its facts, which stay when the pixels are dropped."""

        def make() -> Outline:
            matted = self.matted(ask, look)
            return Outline(matted.share, matted.seconds, cars_in(matted.alpha).found)

        return self.store.get_or_make(("outline", *ask.key, look.edges), make)

    def _retouched(self, ask: Ask, look: Look) -> Matted:
        """Strokes on the model's alpha, which is kept, so that a stroke is seen at once."""
        model = self.matted(ask, replace(look, edges=replace(look.edges, strokes=())))
        feather = views.edges_at(look.edges, self.decoded(ask.photo).scale).feather
        return Matted(retouched(model.alpha, look.edges.strokes, 2 * feather), model.seconds)

    def size_of(self, ask: Ask, view: str, look: Look) -> tuple[int, int]:
        """(width, height) of a view on display pixels, after its crop."""
        height, width = self.glance(ask.photo).size
        if look.frame and view in NEED_COLOURS:
            alpha = views.shown_alpha(view, look, self.matted(ask, look).alpha)
            height, width = views.placed(look.frame, alpha).size
        return width, height

    def foreground(self, ask: Ask, look: Look) -> np.ndarray:
        """The car's colours on display pixels, uint8 (H, W, 3)."""

        def make() -> np.ndarray:
            proxy, alpha = self.decoded(ask.photo).proxy, self.matted(ask, look).alpha
            with HANDS:
                return foreground_colours(proxy, alpha)

        return self.store.get_or_make(("foreground", *ask.key, look.edges), make)

    def shown(self, ask: Ask, view: str, look: Look, own: Photo | None = None) -> bytes:
        """One view on display pixels, encoded as ``kind_of`` says."""

        def make() -> bytes:
            proxy, said = self.decoded(ask.photo).proxy, self.prediction(ask)
            alpha = self.matted(ask, look).alpha
            foreground = self.foreground(ask, look) if view in NEED_COLOURS else None
            behind = self.decoded(own).proxy if own else None
            with HANDS:
                array = views.paint(
                    view,
                    look,
                    proxy,
                    said.at(proxy.shape[:2]),
                    alpha,
                    foreground=foreground,
                    own=behind,
                )
                return codec.encode(array, kind_of(view))

        return self.store.get_or_make(("view", view, *ask.key, look.matters_for(view)), make)

    def original(self, photo: Photo, longest: int = 1600) -> bytes:
        """The photo for display, JPEG, at most ``longest`` pixels.

        A shipped picture is decoded only as far as this size needs.
        """

        def make() -> bytes:
            shipped = photo.origin in SHIPPED and ("decoded", photo.id) not in self.store
            source = photo.data if shipped else self.decoded(photo).proxy
            return codec.encode(codec.decode_proxy(source, longest), "jpeg")

        return self.store.get_or_make(("original", photo.id, longest), make)

    def painted(self, key: tuple, make: Callable[[], np.ndarray]) -> bytes:
        """Any other picture for display, JPEG, kept under ``key``."""
        return self.store.get_or_make(("painted", *key), lambda: codec.encode(make(), "jpeg"))

    def full_alpha(self, ask: Ask, look: Look) -> np.ndarray:
        """Alpha float32 at the photo's full size: only for scores and downloads, so not cached."""
        picture, said = self.decoded(ask.photo), self.prediction(ask)
        return edges.alpha(said.at(), picture.rgb, look.edges, said.threshold, said.cell())


def kind_of(view: str) -> str:
    """The file format of a view for the browser: WebP for alpha, PNG for a mask, else JPEG."""
    return "webp" if view in CLEAR else "png" if view == "mask" else "jpeg"
