"""A real server and a real browser, or a skip that says why."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from carseg.settings import ROOT

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _require_chromium() -> None:
    if CHROMIUM is None:
        missing = "No Chromium here: install Debian's 'chromium' to run the browser tests."
        # In CI a browser test that is skipped is a hole, not a convenience.
        (pytest.fail if os.environ.get("CARSEG_REQUIRE_BROWSER") else pytest.skip)(missing)


@pytest.fixture
def server(tiny_weights: Path, tmp_path: Path) -> Iterator[str]:
    """The app on a free port with the tiny checkpoints; its address."""
    _require_chromium()
    port = free_port()
    log = (tmp_path / "server.log").open("w")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "streamlit", "run", "app.py"),
            *("--server.headless", "true", "--server.port", str(port)),
            *("--server.fileWatcherType", "none"),
        ],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, process)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            # It holds nothing worth waiting for, and must not outlive the test.
            process.kill()
            process.wait()
        log.close()


def _wait_for(address: str, process: subprocess.Popen) -> None:
    for _ in range(300):
        assert process.poll() is None, "The server ended at once: see server.log."
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("The server did not start within a minute.")


@pytest.fixture
def chromium() -> Iterator:
    """Chromium alone, without the app."""
    _require_chromium()
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="Playwright is not installed: pip install playwright."
    )
    with playwright.sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(server: str, chromium, tmp_path: Path) -> Iterator:
    """The app in Chromium, 1280 x 900; the addresses it asked for are in ``page.asked``.

    What it showed at last lies beside the server's log, as ``last.png``.
    """
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(60_000)
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(server)
    page.get_by_text("Drop in a photo of a car").wait_for()
    yield page
    page.screenshot(path=tmp_path / "last.png")
