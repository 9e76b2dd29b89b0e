"""Many pictures through the command and over HTTP, each a process of its own: does memory grow?"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from threading import Lock

from carseg.bench.soak.batch import LOOK, SIZE, Found
from carseg.bench.soak.memory import watching
from carseg.bench.soak.pictures import made_photos
from carseg.bench.soak.server import serving

CARSEG = [sys.executable, "-m", "carseg"]
CLIENTS = 2
"""Programs that ask at the same time."""
PATIENCE = 120.0
"""Seconds that one answer may take."""


def soak_predict(
    pictures: int, seed: int = 0, told: Callable[[int], object] = lambda _: None
) -> Found:
    """``carseg predict`` on a folder: masks, cut-outs, and a COCO file."""
    found = Found(pictures)
    with tempfile.TemporaryDirectory(prefix="carseg-soak-") as place:
        given, made, errors = (Path(place) / name for name in ("given", "made", "errors.txt"))
        given.mkdir()
        for number, data in enumerate(islice(made_photos(seed, SIZE), pictures)):
            (given / f"{number:05}.jpg").write_bytes(data)
        options = ["--save", "mask,cutout", "--coco", "--name", "{stem}_{kind}", "--json"]
        command = [*CARSEG, "predict", str(given), "--out", str(made), *options]

        def done() -> int:
            return sum(1 for _ in made.glob("*_mask.png"))

        with errors.open("wb") as written:
            began = time.monotonic()
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=written)
            with watching(process.pid, done) as found.memory:
                while process.poll() is None:
                    _wait(process)
                    told(done())
            found.seconds = time.monotonic() - began
        if process.returncode or done() != pictures:
            found.failures = errors.read_text(errors="replace").splitlines()[-5:] or ["It ended."]
    return found


def _wait(process: subprocess.Popen) -> None:
    try:
        process.wait(LOOK)
    except subprocess.TimeoutExpired:
        return


def soak_http(
    pictures: int, seed: int = 0, told: Callable[[int], object] = lambda _: None
) -> Found:
    """``carseg serve``: every picture is sent, and its cut-out comes back."""
    import requests

    found, lock, answers = Found(pictures), Lock(), [0]
    photos = made_photos(seed, SIZE)
    with (
        serving(lambda port: [*CARSEG, "serve", "--port", str(port)], "/api/health") as server,
        watching(server.process.pid, lambda: answers[0]) as found.memory,
    ):
        address = f"{server.address}/api/segment"

        def ask(_: int) -> None:
            with lock:
                photo = next(photos)
            files, form = {"file": ("car.jpg", photo)}, {"answer": "cutout"}
            try:
                answer = requests.post(address, files=files, data=form, timeout=PATIENCE)
                problem = "" if answer.ok else f"{answer.status_code}: {answer.text}"
            except requests.RequestException as error:
                problem = f"{type(error).__name__}: {error}"
            with lock:
                answers[0] += 1
                if problem:
                    found.failures.append(problem)
                if answers[0] % 100 == 0:
                    told(answers[0])

        began = time.monotonic()
        with ThreadPoolExecutor(CLIENTS) as programs:
            list(programs.map(ask, range(pictures)))
        found.seconds = time.monotonic() - began
    return found


WAYS = {"predict": soak_predict, "http": soak_http}
"""Of many pictures, beside the page's own."""
