"""The choice of an engine in the sidebar, and graphs that a user brought."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from carseg.inference.engines.engine import ENGINES
from carseg.service.adding import add, propose
from carseg.service.adding_guess import AddOptions
from tests.factories.compare import APP, bring, png, sound, viewer
from tests.factories.graphs import dark


@pytest.fixture(autouse=True)
def fresh() -> None:
    st.cache_resource.clear()


@pytest.fixture
def brought(tiny_weights: Path, tmp_path: Path) -> str:
    """A weights folder with a graph beside the two tiny networks."""
    path = dark(tmp_path / "g.onnx")
    half = (0.5, 0.5, 0.5)
    given = AddOptions(path, "dark", size=(64, 96), mean=half, std=half, title="Dark")
    return add(given, propose(given), tiny_weights).name


def car() -> bytes:
    rgb = np.full((60, 90, 3), 230, np.uint8)
    rgb[20:40, 30:60] = 20
    return png(rgb)


def test_a_brought_graph_stands_beside_ours(brought: str):
    app = bring(AppTest.from_file(APP, default_timeout=60).run(), ("car.png", car()))
    sound(app.pills(key="models").set_value(["tiny-a", brought]).run())
    ours, theirs = viewer(app)["panes"]
    assert theirs["name"] == "Dark (brought)"
    assert theirs["note"] == "11.1% car"
    assert theirs["facts"][1] == "with ONNX Runtime on CPU in float32, grid 96x64"
    assert ours["facts"][1].startswith("on CPU in ")


def test_the_sidebar_chooses_the_engine(brought: str):
    app = AppTest.from_file(APP, default_timeout=60)
    app.session_state["engine"] = "openvino"
    assert app.run().sidebar.selectbox(key="engine").value == "openvino"
    assert "OpenVINO in" in " ".join(c.value for c in app.sidebar.caption)
    app.session_state["models"] = [brought]
    bring(app, ("car.png", car()))
    (pane,) = viewer(app)["panes"]
    assert pane["facts"][1].startswith("with OpenVINO on CPU in ")
    assert pane["note"] == "11.1% car"


@pytest.mark.usefixtures("tiny_weights")
def test_an_engine_that_is_not_here_says_how_to_have_it(monkeypatch: pytest.MonkeyPatch):
    absent = replace(ENGINES["openvino"], needs=("no_such_package",))
    monkeypatch.setitem(ENGINES, "openvino", absent)
    app = AppTest.from_file(APP, default_timeout=60)
    app.session_state["engine"] = "openvino"
    assert app.run().sidebar.selectbox(key="engine").value == "openvino"
    sound(app)
    assert "OpenVINO is not here" in " ".join(c.value for c in app.sidebar.caption)
    bring(app, ("a.png", png(np.zeros((40, 60, 3), np.uint8))))
    assert "openvino" not in str([pane["facts"] for pane in viewer(app)["panes"]]).lower()
