"""A new user's first minutes, timed: ``python -m tests.browser.walk --app DIR --json FILE``.

It starts the app of a checkout as the README says, on a free port, and walks through it in Chromium
with real clicks. Of each step it prints the wall seconds until it is seen, the processor seconds of
the server until then, and those until the server is at rest. ``--table BEFORE AFTER`` prints two of
its files side by side.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from carseg.core.settings import ROOT
from tests.browser import ways
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.measuring import Visitor, say
from tests.browser.serving import start
from tests.factories.photos import fresh_photos, large_photo, noisy

PAGES = ["Batch", "Dice table", "Juncture", "Models", "Learn", "Present", "Compare"]
FIRST, SECOND = "Sedan sunny", "Van wet"
MEASURED = {
    "wall": "seconds to what is seen",
    "processor": "of the processor until then",
    "work": "until rest",
}


class Walk:
    """The app of one checkout, walked through in one browser."""

    def __init__(self, browser: Any, checkout: Path, place: Path) -> None:
        self.browser, self.checkout, self.place = browser, checkout, place
        self.notes: dict[str, Any] = {"steps": [], "clicks": {}}

    @contextmanager
    def server(self) -> Iterator[tuple[str, int, float]]:
        """A new server: its address, its process, and when it was started."""
        log = self.place / f"server-{time.monotonic():.0f}.log"
        folders = {"CARSEG_HOME": str(self.place / "home"), "PYTHONPATH": str(self.checkout)}
        began = time.monotonic()
        with start(log, self.checkout, **folders) as running:
            yield *running, began

    @contextmanager
    def visitor(self, address: str, pid: int) -> Iterator[Visitor]:
        """A visitor who opens the first page."""
        context = self.browser.new_context(viewport={"width": 1280, "height": 900})
        context.set_default_timeout(240_000)
        one = Visitor(context.new_page(), pid)
        one.page.goto(address)
        try:
            yield one
        except Exception:
            one.page.screenshot(path=self.place / "last.png")
            raise
        finally:
            self.notes["steps"] += map(asdict, one.steps)
            context.close()

    def whole(self) -> dict[str, Any]:
        """All of it."""
        with self.server() as (address, pid, began):
            with self.visitor(address, pid) as one:
                self.first_page_and_samples(one, began)
                self.pages(one)
            with self.visitor(address, pid) as one:
                self.talk(one)
            with self.visitor(address, pid) as one:
                self.cutout(one)
            with self.visitor(address, pid) as one:
                self.views(one)
            self.clicks(address, pid)
        with self.server() as (address, pid, began), self.visitor(address, pid) as one:
            ways.sample(one, FIRST)
            seen = {"start, a click at once, first model": partial(ways.results, one, 1)}
            one.watch(began, 0, seen)
        return self.notes

    def first_page_and_samples(self, one: Visitor, began: float) -> None:
        """From the start to a second sample."""
        first = {
            "start to the first page": partial(ways.first_page, one),
            "start to the pictures of all samples": partial(ways.sample_pictures, one),
        }
        one.watch(began, 0, first)
        for name, act in ((FIRST, ways.sample), (SECOND, ways.another_sample)):
            number = "first" if name == FIRST else "second"
            seen = {
                f"{number} sample, first model": partial(ways.results, one, 1, name),
                f"{number} sample, three models": partial(ways.results, one, 3, name),
            }
            one.time(partial(act, one, name), seen)

    def pages(self, one: Visitor) -> None:
        """Every page, twice."""
        for visit in ("first", "second"):
            for name in PAGES:
                seen = {
                    f"{name}, {visit} visit, title": partial(ways.title, one, name),
                    f"{name}, {visit} visit, whole": partial(ways.whole, one),
                }
                one.time(partial(ways.go, one, name), seen)

    def talk(self, one: Visitor) -> None:
        """A talk of ten photos and three models."""
        photos = fresh_photos(self.place, 10)
        ways.first_page(one)
        ways.go(one, "Present")
        ways.title(one, "Present")
        seen = {
            "Present, ten photos, three models, to Start": partial(ways.talk, one),
            "Present, ten photos, three models, to slide 1": partial(ways.slide, one),
        }
        one.time(partial(ways.bring, one, *photos), seen)

    def cutout(self, one: Visitor) -> None:
        """A photo of 24 megapixels, and its cut-out as a file."""
        photo, taken = large_photo(self.place), []
        ways.first_page(one)
        seen = {
            "24 megapixels, first model": partial(ways.results, one, 1, photo.name),
            "24 megapixels, three models": partial(ways.results, one, 3, photo.name),
        }
        one.time(partial(ways.bring, one, photo), seen)
        download = {
            "24 megapixels, cut-out as a file": lambda: taken.append(ways.take_cutout(one)),
        }
        one.time(lambda: None, download)
        pixels = Image.open(taken[0]).tobytes()
        self.notes["cutout"] = {
            "bytes": taken[0].stat().st_size,
            "pixels_sha256": hashlib.sha256(pixels).hexdigest(),
        }

    def views(self, one: Visitor) -> None:
        """A photo of 2 megapixels in other views, and in one that was seen before."""
        photo = noisy("suv-desert", (1800, 1200), self.place / "views.jpg")
        ways.first_page(one)
        ways.bring(one, photo)
        ways.results(one, 3, photo.name)
        for name in ("Outline", "Mask", "Cut-out", "Overlay"):
            seen = {
                f"view {name}, first model": partial(ways.results, one, 1, photo.name, name),
                f"view {name}, three models": partial(ways.results, one, 3, photo.name, name),
            }
            one.rest()
            one.time(partial(ways.choose_view, one, name), seen)

    def clicks(self, address: str, pid: int) -> None:
        """How many clicks it takes to reach what a new user wants."""
        (photo,) = fresh_photos(self.place, 1)
        for aim, way in ways.AIMS.items():
            with self.visitor(address, pid) as one:
                ways.first_page(one)
                one.rest()
                try:
                    way(one, photo)
                    self.notes["clicks"][aim] = one.clicks
                except NotImplementedError as error:
                    self.notes["clicks"][aim] = str(error)
            say(f"clicks to {aim}: {self.notes['clicks'][aim]}")


def about(checkout: Path) -> dict[str, Any]:
    """What was measured, when, and what else the machine had to do."""
    git = ["git", "-C", str(checkout), "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
    return {
        "commit": commit,
        "date": time.strftime("%Y-%m-%d %H:%M"),
        "cores": os.cpu_count(),
        "load": [round(part, 1) for part in os.getloadavg()],
    }


def table(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Two walks side by side, in Markdown."""
    titles = [f"{name}, {when}" for name in MEASURED.values() for when in ("before", "after")]
    earlier = {step["name"]: step for step in before["steps"]}
    lines = [*_head("step", *titles)]
    for step in after["steps"]:
        both = earlier.get(step["name"], {}), step
        lines.append(_row(step["name"], *(one.get(key, "") for key in MEASURED for one in both)))
    lines += ["", *_head("clicks to", "before", "after")]
    lines += [_row(aim, before["clicks"].get(aim), n) for aim, n in after["clicks"].items()]
    runs = (f"{run['commit']} on {run['date']}, load {run['load'][0]}" for run in (before, after))
    return "\n".join([*lines, "", "Before is {}; after is {}.".format(*runs)])


def _head(*cells: str) -> list[str]:
    return [_row(*cells), _row(*["---"] * len(cells))]


def _row(*cells: Any) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--app", type=Path, default=ROOT, help="a checkout (default: this one)")
    parser.add_argument("--json", type=Path, help="where to write what was measured")
    parser.add_argument("--table", type=Path, nargs=2, help="two such files, to print as a table")
    options = parser.parse_args()
    if options.table:
        say(table(*(json.loads(file.read_text()) for file in options.table)))
        return
    if CHROMIUM is None:
        sys.exit("No Chromium here: install Debian's 'chromium'.")
    place = Path(tempfile.mkdtemp(prefix="walk-"))
    found = about(options.app)
    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        walk = Walk(browser, options.app.resolve(), place)
        try:
            found |= walk.whole()
        finally:
            found |= walk.notes
            browser.close()
            if options.json:
                options.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
