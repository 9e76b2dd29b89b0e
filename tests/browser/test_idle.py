"""A page that nobody touches costs nothing, installed as the README says: with .venv inside."""

import os
import shutil
import sys
import sysconfig
from pathlib import Path

import pytest

from carseg.core.settings import ROOT
from tests.browser.driving import card, go, pick, settled
from tests.browser.measuring import spent
from tests.browser.serving import start

APP = ["app.py", "carseg", "pages", "sample_images", ".streamlit"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the app with a .venv inside.

    It has the folders of the packages in use, without files: folders are what is watched.
    """
    place = tmp_path / "checkout"
    place.mkdir()
    for name in APP:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, place / name)
    packages = Path(sysconfig.get_path("purelib"))
    inside = place / ".venv" / "lib" / "site-packages"
    for folder, _, _ in os.walk(packages):
        (inside / Path(folder).relative_to(packages)).mkdir(parents=True)
    return place


@pytest.mark.slow  # It looks on for ten seconds while nothing happens.
@pytest.mark.skipif(sys.platform != "linux", reason="Linux's inotify is what overflowed.")
@pytest.mark.usefixtures("tiny_weights")
def test_an_open_page_rests(checkout: Path, visit, tmp_path: Path):
    log = tmp_path / "server.log"
    with start(log, checkout) as (address, pid):
        page = visit(address)
        page.locator('[class*="st-key-samples-"] img').first.wait_for()
        settled(page)
        # The first seconds may still load what the page can do without.
        assert any(spent(pid, 10) < 1 for _ in range(6)), "the server is busy without an order"
        pick(page, card(page, "Sedan, view 3 · studio"))
        page.locator('.sheet img[alt^="Overlay by"]').first.wait_for()
        for name in ("Batch", "Dice table", "Juncture", "Models", "Learn", "Present"):
            go(page, name)
            settled(page)
        said = log.read_text().splitlines()
    # Libraries keep their warnings to themselves, too.
    assert said == [f"carseg is at {address} (Ctrl+C stops it)"]
