"""A real server and a real browser, or a skip that says why.

All tests share one Chromium and one server; each has a browser context and a session of its own.
What a test leaves on the shared server would meet the next one, so that is a fault of the test:
one that saves, or needs other weights or another environment, takes ``own_page``.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

from carseg.ui.shared.file_stamp import stamp
from tests.browser.serving import serve
from tests.factories.checkpoints import write_tiny
from tests.factories.scores import names_saved, score_set, ship
from tests.factories.stress import stressed

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DATABASE = "results.sqlite"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser.

    What a browser does in time depends on what else the machine does. So a test that waited in
    vain gets a second try, which the summary counts ("1 rerun"); one whose assertion fails gets
    none.
    """
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=["TimeoutError"]))


@pytest.fixture(scope="package")
def chromium() -> Iterator:
    """Chromium alone, without the app: one for all tests."""
    if CHROMIUM is None:
        missing = "No Chromium here: install Debian's 'chromium' to run the browser tests."
        # In CI a browser test that is skipped is a hole, not a convenience.
        (pytest.fail if os.environ.get("CARSEG_REQUIRE_BROWSER") else pytest.skip)(missing)
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="Playwright is not installed: pip install playwright."
    )
    with playwright.sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Site(NamedTuple):
    """A running app, and the folders it was given."""

    address: str
    weights: Path
    home: Path

    def state(self) -> tuple:
        """All that sessions share and a test could change."""
        saved = names_saved() if (self.home / DATABASE).exists() else []
        return stamp(self.weights, "**/*"), saved


@pytest.fixture(scope="package")
def shared(chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:  # noqa: ARG001
    """The app with two tiny checkpoints, scores in studio and street, a dial and a history."""
    place = tmp_path_factory.mktemp("shared")
    weights, home = place / "weights", place / "home"
    for seed, name in enumerate(("tiny-a", "tiny-b"), 1):
        write_tiny(weights, name, seed)
    studio = [score_set(name, set="carvana-test") for name in ("tiny-a", "tiny-b")]
    ship(weights, *studio, score_set("tiny-b", "street", 4, grid="native"))
    stressed(weights, "tiny-a", (0.98, 0.94, 0.9))
    stressed(weights, "tiny-b", (0.98, 0.92, 0.81))
    (weights / "tiny-a" / "history.csv").write_text(
        "pictures,loss,val_dice\n512,1.2,0.6\n1024,0.4,0.9\n"
    )
    folders = {"CARSEG_WEIGHTS": str(weights), "CARSEG_HOME": str(home)}
    with serve(place / "server.log", **folders) as address:
        yield Site(address, weights, home)


@pytest.fixture
def server(shared: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the app that all tests share, to be left as it was found."""
    monkeypatch.setenv("CARSEG_WEIGHTS", str(shared.weights))
    monkeypatch.setenv("CARSEG_HOME", str(shared.home))
    before = shared.state()
    yield shared.address
    assert shared.state() == before, "This test changes what others share: let it use own_page."


@pytest.fixture
def own_server(chromium, tiny_weights: Path, tmp_path: Path) -> Iterator[str]:  # noqa: ARG001
    """The address of the app, started for this test with the tiny checkpoints alone."""
    with serve(tmp_path / "server.log") as address:
        yield address


@pytest.fixture
def visit(chromium, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable]:
    """Opens an address in a new browser context, 1280 x 900, and waits until it shows a text.

    The page keeps in ``asked`` the addresses that it asked for. Should the test fail, what the
    page showed at last is beside the test's other files, as ``last.png``.
    """
    failed = request.session.testsfailed
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))

    def open_page(address: str, begins: str = "Drop in a photo of a car"):
        page.goto(address)
        page.get_by_text(begins).wait_for()
        return page

    yield open_page
    if request.session.testsfailed > failed:
        page.screenshot(path=tmp_path / "last.png")
    context.close()


@pytest.fixture
def page(server: str, visit: Callable):
    """A visitor of the server that all tests share (see ``visit``)."""
    return visit(server)


@pytest.fixture
def own_page(own_server: str, visit: Callable):
    """A visitor of this test's own server (see ``visit``)."""
    return visit(own_server)


@pytest.fixture
def car(tmp_path: Path, picture: np.ndarray) -> Path:
    """The made photo as a file."""
    path = tmp_path / "my car.png"
    Image.fromarray(picture).save(path)
    return path
