"""PyTorch and the opening networks load behind the first page, once for all visitors."""

import subprocess
import sys
import threading

import pytest
from streamlit.testing.v1 import AppTest

from carseg.core.settings import ROOT
from carseg.inference.device import Device
from carseg.inference.predictor import Predictor
from carseg.models.pytorch import PyTorchError
from carseg.ui.shared import sidebar, state, warm

WITHOUT_PYTORCH = """
import sys
from streamlit.testing.v1 import AppTest
from carseg.ui.shared import sidebar
sidebar.show_device = lambda place: None  # it waits for what loads behind the page
app = AppTest.from_file("app.py", default_timeout=60).run()
assert not app.exception, app.exception
assert [b.key for b in app.button if b.key.startswith("sample-")], "the page stands"
print(*{name.partition(".")[0] for name in sys.modules}, sep="\\n")
"""

AT_ONCE = """
import threading
from carseg.models.pytorch import need_pytorch
behind = threading.Thread(target=need_pytorch)
behind.start()
from carseg.ui.learn.chapters import transfer, unet
from carseg.models import build
behind.join()
need_pytorch()
print(type(build("smp-unet-mobilenet_v2")).__module__, type(build("unet")).__module__)
"""


def said_by(code: str) -> str:
    """What a fresh interpreter prints."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch, tiny_weights) -> Predictor:
    """A process in which nothing is loaded yet, and its predictor."""
    for name in ("_seen", "_ready"):
        monkeypatch.setattr(warm, name, threading.Event())
    monkeypatch.setattr(warm, "_begun", [])
    monkeypatch.setattr(warm, "_later", {})
    predictor = Predictor(root=tiny_weights)
    monkeypatch.setattr(state, "predictor", lambda: predictor)
    return predictor


def test_the_first_page_stands_without_pytorch():
    heavy = {"torch", "torchvision", "segmentation_models_pytorch", "timm", "sqlalchemy", "scipy"}
    assert not heavy & set(said_by(WITHOUT_PYTORCH).split())


def test_a_page_may_import_what_loads_behind_it():
    assert said_by(AT_ONCE).split() == [
        "segmentation_models_pytorch.decoders.unet.model",
        "carseg.models.unet",
    ]


def test_the_opening_networks_are_loaded_once_a_page_stands(fresh: Predictor):
    warm.later("carseg.ui.compare.studio")
    warm.begin(patience=60)
    assert not warm.device_is_known()
    warm.page_stands()
    warm.begin()
    (thread,) = warm._begun
    thread.join(60)
    assert warm.device_is_known()
    assert [name for name, _ in fresh._loaded] == ["tiny-a", "tiny-b"]
    assert "carseg.ui.compare.studio" in sys.modules


@pytest.mark.usefixtures("fresh")
def test_the_sidebar_says_why_no_network_can_run(monkeypatch: pytest.MonkeyPatch):
    def broken(_: Predictor) -> Device:
        raise PyTorchError("PyTorch cannot be loaded here.")

    monkeypatch.setattr(Predictor, "device", property(broken))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not app.exception
    assert "No network can run" in " ".join(m.value for m in app.sidebar.markdown)
    assert "PyTorch cannot be loaded here." in " ".join(c.value for c in app.sidebar.caption)


@pytest.mark.usefixtures("fresh")
def test_a_visitor_who_acts_is_not_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(warm, "_load", lambda _: None)  # it never ends
    monkeypatch.setattr(sidebar, "visitor_acts", lambda: True)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not app.exception
    assert "Runs on this machine" in " ".join(m.value for m in app.sidebar.markdown)
    assert "Which network finds the car?" in [title.value for title in app.title]
