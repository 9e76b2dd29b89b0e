"""Skip connections: their shapes, and predictions with some of them set to zero."""

import math
from collections.abc import Callable, Collection
from itertools import count
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils.weak import WeakTensorKeyDictionary

from carseg.inference.prediction import Prediction
from carseg.inference.predictor import Predictor


def is_join(function: Callable, args: tuple, kwargs: dict[str, Any]) -> bool:
    """Whether a call of PyTorch joins two feature maps (N, C, h, w) along their channels."""
    if function is not torch.cat or not args:
        return False
    dim = args[1] if len(args) > 1 else kwargs.get("dim", 0)
    return dim == 1 and len(args[0]) == 2 and all(x.dim() == 4 for x in args[0])


class _Skips(TorchFunctionMode):
    """Finds where the decoder joins an older map, and puts zeros in place of the chosen ones."""

    def __init__(self, cut: Collection[int]) -> None:
        super().__init__()
        self.cut = cut
        self.shapes: list[tuple[int, ...]] = []
        self.born, self.clock = WeakTensorKeyDictionary(), count()

    def __torch_function__(
        self, function: Callable, types: Any, args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if is_join(function, args, kwargs):
            args = (self._joined(list(args[0])), *args[1:])
        output = function(*args, **kwargs)
        if isinstance(output, Tensor) and output not in self.born:
            self.born[output] = next(self.clock)
        return output

    def _joined(self, parts: list[Tensor]) -> list[Tensor]:
        older = min(range(2), key=lambda i: self.born.get(parts[i], math.inf))
        if len(self.shapes) in self.cut:
            parts[older] = torch.zeros_like(parts[older])
        self.shapes.append(tuple(parts[older].shape[1:]))
        return parts


def without_skips(
    predictor: Predictor, rgb: np.ndarray, model: str, cut: Collection[int] = ()
) -> tuple[Prediction, list[tuple[int, int, int]]]:
    """A prediction where some skip connections carry zeros, and the shapes of all of them.

    A skip is the older of two maps that are joined along their channels. They are numbered in the
    order in which the decoder uses them, the coarsest first; shapes are (channels, h, w).

    Raises:
        CheckpointError: the model cannot be used.
    """
    predictor = predictor.in_torch
    predictor.network(model)  # loaded beforehand, so that loading is not watched
    with _Skips(cut) as skips:
        said = predictor.predict_batch([rgb], model)[0]
    return said, skips.shapes
