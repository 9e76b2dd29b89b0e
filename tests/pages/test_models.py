"""The Models page as a whole, without a browser."""

import json
from pathlib import Path
from shutil import copytree

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from carseg.core import settings
from carseg.models.checkpoint import drop_weights
from tests.factories.checkpoints import write_baseline
from tests.factories.pages import only, table_of
from tests.factories.scores import score_set, ship


def open_page() -> AppTest:
    app = AppTest.from_file(str(settings.ROOT / "app.py"), default_timeout=60)
    return app.run().switch_page("pages/models.py").run()


def choose(app: AppTest, name: str) -> AppTest:
    """Choose a card by the list."""
    return app.selectbox(key="card").select(name).run()


@pytest.mark.usefixtures("tiny_weights")
def test_the_table_and_one_card():
    app = open_page()
    assert not app.exception
    assert list(table_of(app, "The models side by side")["Model"]) == ["Tiny tiny-a", "Tiny tiny-b"]
    assert [s.value for s in app.header] == ["Tiny tiny-a"]
    shown = "\n".join(m.value for m in app.markdown)
    assert "An untrained network for tests." in shown
    assert "It was never trained." in shown
    facts = table_of(app, "Facts of Tiny tiny-a").iloc[:, 0]
    assert facts["Training data"] == "nothing"
    assert "sha256" in facts["File"]
    assert "research use" in "\n".join(c.value for c in app.caption)
    assert not app.expander  # no history.csv


def test_what_it_costs_is_drawn_when_it_is_opened(tiny_weights: Path):
    grids = [{"grid": [80, 120], "ms": 2, "plain": 5}, {"grid": [160, 240], "ms": 9, "plain": 31}]
    facts = {
        "machine": {"device": "A processor, 2 threads", "threads": 2},
        "date": "2026-11-28", "engine": "torch", "precision": "bfloat16", "grid": [160, 240],
        "grids": grids, "batches": [{"batch": 1, "ms": 9}, {"batch": 4, "ms": 7}],
    }  # fmt: skip
    (tiny_weights / "tiny-a" / "speed.json").write_text(json.dumps(facts))
    (tiny_weights / "tiny-b" / "speed.json").write_text('{"grids": []}')
    app = open_page()
    assert [e.label for e in app.expander] == ["How long it takes"]
    assert not app.get("plotly_chart")
    app.session_state["cost-tiny-a"] = True
    app.run()
    assert not app.exception
    assert len(app.get("plotly_chart")) == 2
    assert any("A processor, 2 threads" in c.value for c in app.caption)
    choose(app, "tiny-b").session_state["cost-tiny-b"] = True
    app.run()
    assert "`speed.json` of this checkpoint cannot be read." in [c.value for c in app.caption]


def test_the_shapes_that_were_tried_are_drawn_when_it_is_opened(tiny_weights: Path):
    row = {"size": [16, 24], "parameters": 9, "start": "nothing", "engine": "torch"}
    row |= {"precision": "float32", "name": "narrow", "dice": 0.9, "ms": 2.5}
    facts = {"date": "2026-11-28", "pictures": 512, "seed": 0, "set": "carparts-val"}
    facts |= {"clock": "processor", "device": "A processor", "rows": [row]}
    (tiny_weights / "tiny-a" / "search.json").write_text(json.dumps(facts))
    (tiny_weights / "tiny-b" / "search.json").write_text("{}")
    app = open_page()
    assert [e.label for e in app.expander] == ["How its shape was chosen"]
    assert not app.get("plotly_chart")
    app.session_state["shape-tiny-a"] = True
    app.run()
    assert not app.exception
    assert len(app.get("plotly_chart")) == 1
    assert any("on A processor" in c.value for c in app.caption)
    choose(app, "tiny-b").session_state["shape-tiny-b"] = True
    app.run()
    assert "`search.json` of this checkpoint cannot be read." in [c.value for c in app.caption]


@pytest.mark.usefixtures("tiny_weights")
def test_the_list_opens_another_card():
    app = choose(open_page(), "tiny-b")
    assert [h.value for h in app.header] == ["Tiny tiny-b"]
    assert [h.proto.anchor for h in app.header] == ["tiny-b"]


@pytest.mark.usefixtures("tiny_weights")
def test_a_link_opens_a_card():
    app = AppTest.from_file(str(settings.ROOT / "app.py"), default_timeout=60)
    app.run().switch_page("pages/models.py")
    app.query_params["card"] = "Tiny tiny-b"
    assert [h.value for h in app.run().header] == ["Tiny tiny-b"]


def test_headline_scores_stand_on_the_card_and_in_the_table(tiny_weights: Path):
    scores = score_set("tiny-b", "street")
    ship(tiny_weights, scores)
    app = open_page()
    assert not app.exception
    dice = sum(p.counts.dice for p in scores.pictures) / 6
    assert [m.value for m in app.metric] == ["\u2013"] * 2
    assert [m.value for m in choose(app, "tiny-b").metric] == ["\u2013", f"{dice:.3f}"]
    table = table_of(app, "The models side by side").set_index("Model")
    assert table.loc["Tiny tiny-b", "Street Dice"] == pytest.approx(dice)
    assert pd.isna(table.loc["Tiny tiny-a", "Street Dice"])
    assert "street-photo at 160x240, n = 6" in [c.value for c in app.caption]


def test_training_curves_are_drawn_when_they_are_opened(tiny_weights: Path):
    (tiny_weights / "tiny-a" / "history.csv").write_text(
        "pictures,loss,val_loss,val_dice,val_miou\n512,1.2,1.1,0.6,0.5\n1024,0.4,0.5,0.9,0.8\n"
    )
    (tiny_weights / "tiny-b" / "history.csv").write_text("garbage")
    app = open_page()
    assert [e.label for e in app.expander] == ["How it learned"]
    assert not app.get("plotly_chart")
    app.session_state["learned-tiny-a"] = True
    app.run()
    assert not app.exception
    assert len(app.get("plotly_chart")) == 2
    app.session_state["learned-tiny-b"] = True
    choose(app, "tiny-b")
    assert not app.exception
    assert "cannot be read" in "\n".join(c.value for c in app.caption)


def test_a_broken_folder_is_one_sentence_and_the_others_stay(tiny_weights: Path):
    (tiny_weights / "tiny-a" / "config.json").write_text("{")
    app = open_page()
    assert not app.exception
    assert [s.value for s in app.header] == ["Tiny tiny-b", "tiny-a"]
    assert len(app.error) == 1
    assert "tiny-a" in only(app.error)


def test_a_checkpoint_whose_weights_are_not_here_says_how_to_fetch_it(tiny_weights: Path):
    (tiny_weights / "tiny-b" / "model.safetensors").unlink()
    app = open_page()
    assert not app.exception
    assert not app.error
    assert [h.value for h in app.header] == ["Tiny tiny-a"]
    shown = [m.value for m in choose(app, "tiny-b").markdown]
    assert any("To fetch them: `carseg pull tiny-b`." in text for text in shown)


def test_the_sidebar_counts_what_can_be_fetched(tiny_weights: Path):
    (tiny_weights / "tiny-b" / "model.safetensors").unlink()
    app = AppTest.from_file(str(settings.ROOT / "app.py"), default_timeout=60).run()
    assert not app.exception
    assert "1 more can be fetched: `carseg pull NAME`." in [c.value for c in app.sidebar.caption]


def test_without_any_checkpoint_the_page_says_what_to_do(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("CARSEG_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("CARSEG_HOME", str(tmp_path / "home"))
    app = open_page()
    assert not app.exception
    assert "carseg train" in only(app.info)
    assert "`weights`" in only(app.info)
    assert not app.dataframe


def test_a_control_is_in_the_comparison_and_says_what_it_is(tiny_weights: Path):
    drop_weights(tiny_weights / "tiny-b")
    app = open_page()
    assert not app.exception
    assert [h.value for h in app.header] == ["Tiny tiny-a"]
    assert list(table_of(app, "The models side by side")["Model"]) == ["Tiny tiny-a", "Tiny tiny-b"]
    choose(app, "tiny-b")
    assert table_of(app, "Facts of Tiny tiny-b").iloc[:, 0]["File"] == "not kept, only its scores"
    assert any(m.value.startswith("**A control**") for m in app.markdown)


def test_seeds_are_told_apart_and_baselines_are_no_models(tiny_weights: Path):
    name = "tiny-a-s1"
    copytree(tiny_weights / "tiny-a", tiny_weights / name)
    config = json.loads((tiny_weights / name / "config.json").read_text())
    (tiny_weights / name / "config.json").write_text(json.dumps(config | {"name": name}))
    drop_weights(tiny_weights / name)
    write_baseline(tiny_weights, "baseline-mean")
    app = open_page()
    assert not app.exception
    assert app.selectbox(key="card").options == [
        "Tiny tiny-a",
        "Tiny tiny-b",
        "Tiny tiny-a, seed 1",
    ]
    rows = list(table_of(app, "The models side by side")["Model"])
    assert rows == ["Tiny tiny-a", "Tiny tiny-a, seed 1", "Tiny tiny-b"]
