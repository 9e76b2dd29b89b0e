"""The work of the export command: it finds pictures, and makes and keeps the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from carseg.data.pairs import DataError, Pair, find_pairs, find_pictures
from carseg.data.samples import samples
from carseg.evaluation.loaded_pairs import read
from carseg.imaging.car_choice import CarChoice
from carseg.imaging.codec import decode
from carseg.inference.device import choose_device
from carseg.inference.engines.engine import ENGINES
from carseg.inference.export.files import ENDINGS, beside
from carseg.inference.export.make import Job, make
from carseg.inference.export.parity import ExportError, Parity, Sample
from carseg.models.checkpoint import checkpoint_folder
from carseg.models.weights import load

MOST_COMPARED, MOST_CALIBRATION = 64, 100
"""Pictures: of a larger folder so many are taken, evenly spread over it."""


@dataclass(frozen=True)
class ExportOptions:
    """What to export and what to compare it on.

    Attributes:
        kind: one of ``ENDINGS``.
        int8: calibrated with the pictures of the folder ``calibrate``.
        half: weights in float16.
        out: the file or folder to write; None: beside the weights.
        data, layout, strict, car: pictures with true masks, as in ``carseg evaluate``; None: the
            shipped samples.
    """

    model: str
    kind: str = "onnx"
    int8: bool = False
    half: bool = False
    calibrate: Path | None = None
    out: Path | None = None
    data: Path | None = None
    layout: str = "pairs"
    strict: bool = False
    car: CarChoice | None = None

    @property
    def precision(self) -> str:
        """Of the file."""
        return "int8" if self.int8 else "float16" if self.half else "float32"


def export(options: ExportOptions, root: Path | None = None) -> tuple[list[Path], list[Parity]]:
    """Make the file and compare it with PyTorch; returns the files written and the figures.

    Raises:
        ExportError: it answers otherwise than the network, or these options do not go together.
        CheckpointError: the model cannot be used.  DataError: there are no such pictures.
    """
    _check(options)
    path = _path(options, root)
    network, config = load(options.model, root)
    job = Job(
        network,
        config,
        options.kind,
        options.precision,
        [_sample(pair) for pair in _spread(_compared(options), MOST_COMPARED)],
        _calibration(options.calibrate) if options.int8 else (),
        bf16=choose_device("cpu").dtype_name == "bfloat16",
    )
    found = make(job, path)
    files = [path, path.with_suffix(".bin")] if options.kind == "openvino" else [path]
    return files, found


def _check(options: ExportOptions) -> None:
    if options.kind in ENGINES and (missing := ENGINES[options.kind].missing):
        raise ExportError(missing)
    if options.int8 and options.half:
        raise ExportError("A file is either in int8 or in float16: give --int8 or --half.")
    if not options.int8:
        return
    from importlib.util import find_spec

    if find_spec("nncf") is None:
        raise ExportError("int8 needs NNCF, which is not here: run pip install 'carseg[int8]'.")
    if options.calibrate is None:
        raise ExportError(
            "int8 is calibrated with pictures like those that it will see: give their folder with "
            "--calibrate."
        )


def _path(options: ExportOptions, root: Path | None) -> Path:
    usual = beside(checkpoint_folder(options.model, root), options.kind, options.precision)
    if options.out is None:
        return usual
    if options.out.suffix and not options.out.is_dir():
        ending = Path(f"model{ENDINGS[options.kind]}").suffix
        if options.out.suffix != ending:
            raise ExportError(
                f"A file of {options.kind} ends in {ending}: give such a name with --out, or a "
                "folder."
            )
        return options.out
    return options.out / usual.name.replace("model", options.model, 1)


def _compared(options: ExportOptions) -> list[Pair]:
    if options.data is None:
        return [Pair(s.name, s.path, s.mask, s.car) for s in samples().values() if s.mask]
    return find_pairs(options.data, options.layout, strict=options.strict, car=options.car)


def _sample(pair: Pair) -> Sample:
    loaded = read(pair)
    return Sample(loaded.rgb, loaded.truth, loaded.void)


def _calibration(folder: Path | None) -> list[np.ndarray]:
    pairs = find_pictures(folder) if folder is not None else []
    if not pairs:
        raise DataError(f"'{folder}' has no picture to calibrate with.")
    return [decode(pair.picture) for pair in _spread(pairs, MOST_CALIBRATION)]


def _spread(pairs: Sequence[Pair], most: int) -> list[Pair]:
    """At most so many, evenly spread in the order of their ids."""
    ordered = sorted(pairs, key=lambda pair: pair.id)
    if len(ordered) <= most:
        return ordered
    return [ordered[round(i)] for i in np.linspace(0, len(ordered) - 1, most)]
