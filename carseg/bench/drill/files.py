"""Kills while ZIPs and pictures are written."""

import os
import tempfile
from importlib import import_module
from itertools import count
from pathlib import Path

import numpy as np
from PIL import Image

from carseg.bench.drill.children import OrphansError, Tell, killed, names
from carseg.bench.drill.outcome import Limit, Outcome
from carseg.compositing.edges import Edges
from carseg.compositing.views import Look
from carseg.core.settings import weights_dir
from carseg.core.store import ByteLru
from carseg.data.samples import samples
from carseg.imaging import apart, codec
from carseg.inference.predictor import Predictor, fingerprint
from carseg.models.checkpoint import BEST, read_config
from carseg.service.bundle import Order
from carseg.service.outputs import KINDS, save_results
from carseg.service.packing import zip_file
from carseg.service.workshop import Ask, Photo, Workshop

SIDE = 400


def drill(folder: Path, limit: Limit) -> Outcome:
    """Kill a process that makes ZIPs as the app does, and saves pictures as the command does."""
    outcome = Outcome()
    import_module("carseg.inference.engines.torch")  # once, for all processes
    data = _photo()
    results, drafts = folder / "results", folder / "temporary"
    drafts.mkdir()
    known: set[str] = set()
    for _ in limit.rounds():
        outcome.tried += 1
        try:
            told = killed(
                lambda tell: _work(data, results, drafts, tell), 6, within=folder, writes=40
            )
        except OrphansError as error:
            outcome.check(False, str(error))
            continue
        outcome.acknowledged += len(told)
        known |= {name for name in told if name != "zip"}
        outcome.seen["ZIPs"] += told.count("zip")
        _look(outcome, results, known)
        outcome.check(not names(drafts), f"temporary files stayed: {names(drafts)}.")
    return outcome


def _photo() -> bytes:
    sample = next(iter(samples().values()))
    with Image.open(sample.path) as image:
        image.thumbnail((SIDE, SIDE))
        return codec.encode(np.asarray(image.convert("RGB")), "png")


def _work(data: bytes, results: Path, drafts: Path, tell: Tell) -> None:
    """Without end: a ZIP, then the pictures of a result."""
    tempfile.tempdir = str(drafts)
    apart.begin()
    predictor = Predictor("cpu")
    photo = Photo(codec.digest(data), "drill.png", "upload", data=data)
    ask = Ask(photo, BEST, fingerprint(read_config(weights_dir() / BEST)))
    order = Order(photo, (ask,), (Look(),))
    for number in count():
        shop = Workshop(predictor, ByteLru(50_000_000))
        with zip_file(shop, [order]) as file:
            file.read()
        tell("zip")
        rgb = shop.decoded(photo).rgb
        said = shop.prediction(ask)
        files = {kind: results / f"{os.getpid()}-{number}.{kind}.png" for kind in KINDS}
        save_results(files, rgb, said, edges=Edges(0.5))
        for path in files.values():
            tell(path.name)


def _look(outcome: Outcome, results: Path, known: set[str]) -> None:
    found = names(results) if results.is_dir() else set()
    outcome.check(known <= found, f"acknowledged and lost: {sorted(known - found)}.")
    for name in found:
        try:
            with Image.open(results / name) as image:
                image.load()
        except OSError as error:
            outcome.check(False, f"half a file stayed: {name} ({error}).")
        outcome.check(name.endswith(".png"), f"a draft stayed: {name}.")
