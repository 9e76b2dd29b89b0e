"""The questions of the Dice table as a visitor meets them: answers, and what one lacks."""

import json
from pathlib import Path

import pytest

from carseg.analysis.boards import STREET, STUDIO, WEB
from carseg.results import write_scores
from tests.factories.checkpoints import write_baseline, write_tiny
from tests.factories.pages import (
    SIDE_BY_SIDE,
    edit,
    only,
    open_page,
    table_of,
    tables_of,
    view,
    words,
)
from tests.factories.scores import dice_set, score_set, ship

CARS = [f"car{i}_{k:02d}" for i in range(5) for k in range(1, 17)]
SCENES = [f"s{i}" for i in range(8)]


GAPS, EVERY_ROW = "The gap, among pictures more alike", "Mean Dice per model and set"


def inside(model: str, level: float = 0.95):
    """Five cars from sixteen angles."""
    return dice_set(model, STUDIO, {n: level + 0.001 * (int(n[-2:]) % 4) for n in CARS})


def outside(model: str, level: float, benchmark=STREET):
    """Eight scenes, one picture each."""
    return dice_set(model, benchmark, {n: round(level + 0.01 * i, 3) for i, n in enumerate(SCENES)})


@pytest.fixture
def two(tiny_weights: Path) -> Path:
    """Two checkpoints, alike in the studio and 0.2 apart on the street."""
    ship(tiny_weights, inside("tiny-a"), inside("tiny-b"))
    ship(tiny_weights, outside("tiny-a", 0.5), outside("tiny-b", 0.7), outside("tiny-a", 0.6, WEB))
    return tiny_weights


def test_side_by_side_with_baselines_apart(two):
    write_baseline(two, "baseline-mean")
    ship(two, inside("baseline-mean", 0.7))
    app = open_page()
    assert not app.exception
    models, rules = tables_of(app, SIDE_BY_SIDE)
    gaps, rows = table_of(app, GAPS), table_of(app, EVERY_ROW)
    assert list(models["title"]) == ["Tiny tiny-a", "Tiny tiny-b"]
    assert models["gap"].tolist() == pytest.approx([0.9515 - 0.535, 0.9515 - 0.735])
    assert models["web"].isna().tolist() == [False, True]
    assert list(rules["title"]) == ["Tiny baseline-mean"]
    assert gaps["All pictures"][0].startswith("0.416 [")
    assert gaps["Side views only"][0].startswith("0.416 [")
    assert "Tiny baseline-mean" not in set(rows["title"])
    assert "due to the background alone" in words(app)
    app.selectbox(key="side-sort").select("Street, best first").run()
    models, _ = tables_of(app, SIDE_BY_SIDE)
    assert list(models["title"]) == ["Tiny tiny-b", "Tiny tiny-a"]
    app.multiselect(key="dice-title").set_value(["Tiny tiny-a"]).run()
    models, _ = tables_of(app, SIDE_BY_SIDE)
    for table in (models, table_of(app, GAPS), table_of(app, EVERY_ROW)):
        assert set(table["title"]) == {"Tiny tiny-a"}


def test_controls_are_marked(two):
    edit(two, "tiny-b", scores_only=True)
    assert list(table_of(open_page(), SIDE_BY_SIDE)["kind"]) == ["network", "control"]


@pytest.mark.usefixtures("two")
def test_the_pair_is_answered_with_its_interval():
    app = view("pair")
    assert app.selectbox(key="pair-a").value == "tiny-b"  # the best on the street
    text = words(app)
    assert "0.200 [0.200, 0.200]" in text
    assert "8 pictures" in text
    assert sorted(table_of(app, "Pictures with the largest differences")["picture"]) == SCENES
    assert app.download_button(key="csv-differences").label == "Differences per picture (CSV)"
    assert app.download_button(key="csv-pairs").label == "All pairs (CSV)"
    app.selectbox(key="pair-b").select("tiny-b").run()
    assert "A and B are the same model" in words(app)
    assert not tables_of(app, "Pictures with the largest differences")


def test_a_pair_that_differs_in_much_is_a_warning(two):
    edit(two, "tiny-b", pretrained="ImageNet", pictures_seen=900)
    edit(two, "tiny-a", pictures_seen=400)
    app = view("pair")
    assert "pictures seen (900 against 400)" in only(app.warning)
    assert "How the two were made" in [e.label for e in app.expander]


def test_the_holm_family_is_fixed_whatever_is_chosen(two):
    for seed, name in enumerate(("third", "fourth"), 3):
        write_tiny(two, name, seed)
        ship(two, outside(name, 0.55))
    app = view("pair")
    assert len(table_of(app, "Every pair of models")) == 6
    app.selectbox(key="pair-a").select("fourth").run()
    assert len(table_of(app, "Every pair of models")) == 6
    # Two of 256 flips, times six.
    assert table_of(app, "Every pair of models")["holm"].min() == pytest.approx(6 * 2 / 256)


def test_seeds_are_put_together(two):
    for seed, name in enumerate(("tiny-a-s1", "tiny-b-s1"), 3):
        write_tiny(two, name, seed)
        edit(two, name, title=f"Tiny {name[:6]}")
        ship(two, outside(name, 0.52 if "a" in name[5:] else 0.69))
    app = view("pair")
    assert "Tiny tiny-a, seed 1" in app.selectbox(key="pair-a").options
    assert "0.725 to 0.735" in words(app)


def test_one_model_alone_has_no_pair(tiny_weights):
    ship(tiny_weights, inside("tiny-a"), outside("tiny-a", 0.5))
    assert "A comparison needs two models" in words(view("pair"))
    assert "Not measured on this set yet" in words(view("square"))
    assert len(view("angle").get("plotly_chart")) == 1
    assert "No line yet" in words(view("street"))


def test_the_square_says_what_it_knows_and_what_is_missing(two):
    corners = ("unet-scratch", "unet-vgg16-finetuned", "unet-scratch-street", "unet-vgg16-street")
    for seed, name in enumerate(corners, 3):
        write_tiny(two, name, seed)
    edit(
        two,
        "unet-vgg16-finetuned",
        **{"architecture": "smp-unet-vgg16", "arguments": {}, "pretrained": "ImageNet"},
    )
    for name, level in zip(corners, (0.4, 0.5, 0.6, 0.8), strict=True):
        ship(two, outside(name, level))
    app = view("square")
    text = words(app)
    # What pretraining adds with studio views, and how much more it adds with street views.
    assert text.count("+0.10") >= 2
    assert "`unet-mobilenetv2-random`, `unet-mobilenetv2`" in text
    square, *_ = tables_of(app, "Mean Dice on street-photo")
    assert square.iloc[0, 0].startswith("0.435 [")
    app.selectbox(key="square-set").select_index(1).run()
    assert not app.exception
    assert "Not measured on this set yet" in words(app)


def test_studio_against_street_with_and_without_a_line(two):
    app = view("street")
    assert "No line yet" in words(app)
    assert "`NAME/path/PICTURES_SEEN/scores/`" in words(app)
    assert "expected" not in table_of(app, "The models of the figure")
    for seen, level in ((64, 0.5), (128, 0.7), (256, 0.9)):
        step = two / "unet-scratch" / "path" / str(seen)
        write_scores(step, inside(str(seen), level))
        write_scores(step, outside(str(seen), level - 0.2))
    write_tiny(two, "unet-scratch", 3)
    app = view("street")
    assert "fitted to 3 snapshots" in words(app)
    table = table_of(app, "The models of the figure")
    assert list(table["title"]) == ["Tiny tiny-b", "Tiny tiny-a"]
    assert table["extrapolated"].all()


def test_the_dots_say_what_a_model_learned_from_by_its_preset(two):
    street = {"dataset": "carvana", "augmentation": "street"}
    # Its words say otherwise.
    edit(two, "tiny-a", preset={"encoder": "random", "streams": [street]}, pretrained="vgg16")
    figure = json.loads(view("street").get("plotly_chart")[0].proto.spec)
    dots = {trace["name"] for trace in figure["data"]}
    assert dots == {"nothing pretrained, other scenes too", "training not recorded"}


@pytest.mark.usefixtures("two")
def test_angles():
    app = view("angle")
    assert len(app.get("plotly_chart")) == 1
    assert len(table_of(app, "Dice by angle")) == 32
    app.multiselect(key="angle-models-160x240").set_value(["tiny-b"]).run()
    assert set(table_of(app, "Dice by angle")["title"]) == {"Tiny tiny-b"}
    app.multiselect(key="angle-models-160x240").set_value([]).run()
    assert "Choose a model" in words(app)


def test_other_sets_only(tiny_weights):
    ship(tiny_weights, score_set("tiny-a"), score_set("tiny-b"))
    app = open_page()
    assert "No model chosen here has scores on carvana-test" in words(app)
    assert "No line yet" not in words(app)
    assert "none here has both" in words(view("street"))
    assert "No model here has scores on Carvana" in words(view("angle"))
    assert "carvana" in view("pair").selectbox(key="pair-set").options[0]


@pytest.mark.usefixtures("two")
def test_charts_and_tables_have_alt_texts():
    for name in ("table", "pair", "square", "street", "angle"):
        app = view(name)
        shown = [*app.get("plotly_chart"), *app.dataframe, *app.table]
        assert shown, name
        assert all(element.proto.alt for element in shown), name


def test_baselines_alone_are_no_models(tiny_weights):
    write_baseline(tiny_weights, "baseline-mean")
    ship(tiny_weights, inside("baseline-mean", 0.7), outside("baseline-mean", 0.3))
    for name in ("table", "pair", "square", "street", "angle"):
        app = view(name)
        assert not app.tabs[0].get("plotly_chart"), name
        assert app.tabs[0].info, name
