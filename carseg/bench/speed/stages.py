"""The stages from a file to a result, as the app runs them. Each can be run again alone."""

from collections.abc import Callable

import numpy as np

from carseg.compositing import edges
from carseg.compositing.foreground import foreground_colours
from carseg.compositing.views import Look, edges_at, paint
from carseg.imaging import codec
from carseg.imaging.grid import Size, resize_picture
from carseg.inference.engines.engine import probabilities
from carseg.inference.prediction import Prediction
from carseg.inference.predictor import Predictor
from carseg.service.workshop import kind_of

STAGES = ("decode", "prepare", "network", "upsample", "edges", "render", "encode")
MASK, OVERLAY, CUTOUT = "mask", "overlay", "cutout"
RESULTS = {
    MASK: "the mask as a PNG, as large as the photo",
    OVERLAY: "the overlay, as a page shows it",
    CUTOUT: "the cut-out with refined edges as a PNG, as large as the photo",
}
"""What is timed from the file on."""


class Job:
    """One photo on its way to one result. A stage reads what the stages before it have left.

    Args:
        data: the photo's file.
        result: one of RESULTS.

    Raises:
        CheckpointError: the model cannot be used.
    """

    near: np.ndarray  # what the network gets
    pixels: np.ndarray  # what the result is painted on
    size: Size
    batch: np.ndarray
    said: Prediction
    probability: np.ndarray
    alpha: np.ndarray
    picture: np.ndarray
    file: bytes

    def __init__(self, predictor: Predictor, model: str, data: bytes, result: str) -> None:
        self.engine, self.config = predictor.engine(model)
        self.data, self.result, self.look = data, result, Look()

    @property
    def stages(self) -> dict[str, Callable[[], None]]:
        """By name, in their order. A mask needs neither refined edges nor paint."""
        left_out = {"edges"} if self.result == MASK else set()
        return {name: getattr(self, name) for name in STAGES if name not in left_out}

    def run(self) -> bytes:
        """All stages: the result's file."""
        for stage in self.stages.values():
            stage()
        return self.file

    def decode(self) -> None:
        """For a page no more pixels are decoded than it shows."""
        if self.result == OVERLAY:
            copy = codec.decode_copy(self.data)
            self.near, self.pixels, self.size = copy.rgb, copy.proxy(), copy.size
        else:
            self.near = self.pixels = codec.decode(self.data)
            self.size = self.near.shape[:2]

    def prepare(self) -> None:
        """The grid that the network sees."""
        self.batch = np.stack([resize_picture(self.near, self.config.grid(self.size))])

    def network(self) -> None:
        """The forward pass, from bytes on the grid to probabilities."""
        config = self.config
        found = probabilities(self.engine.logits(self.batch), config)[0]
        self.said = Prediction(config.name, config.sha256, found, self.size, config.threshold)

    def upsample(self) -> None:
        """Probabilities of the pixels."""
        self.probability = self.said.at(self.pixels.shape[:2])

    def edges(self) -> None:
        """The outline follows the photo."""
        shape = self.pixels.shape[:2]
        fitted = edges_at(self.look.edges, shape[0] / self.size[0])
        cell = self.said.cell(shape)
        self.alpha = edges.alpha(self.probability, self.pixels, fitted, self.said.threshold, cell)

    def render(self) -> None:
        """The result's pixels."""
        if self.result == MASK:
            self.picture = self.probability >= self.said.threshold
            return
        colours = foreground_colours(self.pixels, self.alpha) if self.result == CUTOUT else None
        self.picture = paint(
            self.result, self.look, self.pixels, self.probability, self.alpha, foreground=colours
        )

    def encode(self) -> None:
        """The result's file."""
        self.file = codec.encode(
            self.picture, kind_of(self.result) if self.result == OVERLAY else "png"
        )
