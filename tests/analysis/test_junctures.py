"""What stress results are asked: comparable models, pairs with one difference, seen effects."""

from dataclasses import replace

import numpy as np
import pytest

from carseg.analysis import junctures
from carseg.analysis.junctures import (
    comparable,
    curve_table,
    default_stress_pair,
    effects_seen_by,
    exposed_part,
    exposure_of,
    gains,
    recipe_curves,
    run_by_run,
)
from carseg.analysis.stress import versus
from carseg.models.checkpoint import Config
from carseg.results.stress import StressSet
from tests.factories.stress import CARS, rows, stress_set


def config(name: str, pretrained: str = "nothing", views: str = "studio", **changed) -> Config:
    facts = {
        "title": name,
        "summary": "",
        "architecture": "unet",
        "area": 3456,
        "mean": (0.5,) * 3,
        "std": (0.5,) * 3,
        "sha256": "a" * 64,
        "bytes": 1,
        "pretrained": pretrained,
        "preset": {"streams": [{"dataset": "carvana", "augmentation": views, "repeat": 1}]},
        "trained": {"seed": 0},
    }
    return Config(name=name, **(facts | changed))


def with_effects(scores: StressSet, *effects: str) -> StressSet:
    """The same scores, the cars taking turns with the effects."""
    changed = (replace(r, effect=effects[int(r.group) % len(effects)]) for r in scores.rows)
    return replace(scores, rows=tuple(changed))


@pytest.fixture
def street_saw_fog(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fog is seen with the street's views, rain with none."""
    found = {("studio",): frozenset(), ("street",): frozenset({"weather.fog"})}
    monkeypatch.setattr(junctures, "effects_seen", lambda names: found[tuple(names)])


def test_all_runs_of_a_training_count(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(junctures, "effects_seen", lambda names: asked.append(names) or {"x"})
    studio, *streams = (
        {"dataset": "carvana", "augmentation": name} for name in ("studio", "street", "photo")
    )
    base = {"preset": {"streams": [studio]}, "trained": {}}
    two = config("two", preset={"streams": streams}, trained={"base": base})
    assert effects_seen_by(two) == {"x"}
    assert asked == [["photo", "street", "studio"]]


def test_what_is_not_recorded_or_not_known_is_neither_seen_nor_unseen() -> None:
    assert effects_seen_by(config("none", preset={})) is None
    assert effects_seen_by(config("old", preset={"augmentation": "flip-light"})) is None
    assert effects_seen_by(config("new", views="from the future")) is None
    half = {"base": {"preset": {}, "trained": {}}}
    assert effects_seen_by(config("half", trained=half)) is None
    known = {"a": config("a", "ImageNet", preset={}), "b": config("b", preset={})}
    (gain,) = gains(recipe_curves([stress_set("a"), stress_set("b")]), known)
    assert (gain.exposure, gain.pairing.along.n) == ("all", 12)


def test_only_what_was_measured_alike_is_compared() -> None:
    sets = [
        stress_set("a", seed=1),
        stress_set("b"),
        stress_set("c", dial="light"),
        stress_set("d"),
        stress_set("e", grid="160x240", date="2026-01-01"),
    ]
    found, others = comparable(sets, "weather")
    assert [scores.model for scores in found] == ["b", "d"]
    assert others == ["a", "e"]
    assert comparable(sets, "camera") == ([], [])
    (latest,), (older,) = comparable([sets[0], sets[4]], "weather")
    assert (latest.model, older) == ("e", "a")
    with pytest.raises(ValueError, match="measure both with one command"):
        versus(sets[0], sets[1])


def test_the_first_pair() -> None:
    random = config("random", pretrained="nothing")
    known = {
        "x": config("x", architecture="cnn-plain"),
        "random": random,
        "tuned": config("tuned", pretrained="vgg16, ImageNet", mean=(0.5, 0.5, 0.5)),
        "control": config("control", pretrained="vgg16, ImageNet", scores_only=True),
    }
    assert default_stress_pair(["x", "random", "tuned"], known) == ("tuned", "random")
    assert default_stress_pair(["random", "control", "x"], known) == ("random", "control")
    assert default_stress_pair(["x", "random", "y"], known) == ("x", "random")
    assert default_stress_pair(["x"], known) is None


def test_exposure() -> None:
    met = frozenset({"a", "b"})
    assert [exposure_of(e, met) for e in ("a", "a+b", "a+c", "c", "c+d")] == [
        *("seen", "seen", "mixed", "unseen", "unseen")
    ]


def test_a_part_holds_the_pictures_of_its_kind() -> None:
    (scores,) = recipe_curves([with_effects(stress_set(), "weather.fog", "weather.rain")])
    met = frozenset({"weather.fog"})
    assert exposed_part(scores, "all", met) is scores
    seen = exposed_part(scores, "seen", met)
    assert set(seen.groups) == {"0", "2", "4"}
    assert set(seen.effects) == {"weather.fog"}
    assert exposed_part(scores, "mixed", met) is None
    assert len(exposed_part(scores, "unseen", met).pictures) == CARS


@pytest.mark.usefixtures("street_saw_fog")
def test_gains_of_pairs_that_differ_in_one_thing() -> None:
    known = {
        "plain": config("plain"),
        "tuned": config("tuned", "ImageNet"),
        "street": config("street", views="street"),
        "other": config("other", architecture="cnn-plain"),
        "again": config("again", trained={"seed": 1}),
        "both": config("both", "ImageNet", "street"),
    }
    means = {"plain": 0.7, "tuned": 0.8, "street": 0.9, "other": 0.5, "again": 0.7, "both": 0.9}
    sets = [
        with_effects(stress_set(name, (0.98, end, end)), "weather.fog", "weather.rain")
        for name, end in means.items()
    ]
    found = [
        (g.cause, g.exposure, g.pairing.a, g.pairing.b, g.pairing.along.n)
        for g in gains(recipe_curves(sets), known, 0.05)
    ]
    # Both saw fog with "street" and "both"; nobody did with "plain" and "tuned".
    kinds = ("all", 12), ("seen", 6), ("unseen", 6)
    assert found == [
        ("Pretraining", "unseen", "tuned", "plain", 12),
        *(("Pretraining", kind, "both", "street", n) for kind, n in kinds),
        ("Architecture", "unseen", "plain", "other", 12),
        *(("Augmentation", kind, "street", "plain", n) for kind, n in kinds),
        *(("Augmentation", kind, "both", "tuned", n) for kind, n in kinds),
    ]
    first = gains(recipe_curves(sets), known, 0.05)[0].pairing
    assert first.found[0] == "tuned"
    assert first.along.ahead.at == pytest.approx(0.5)  # 0.05 of the 0.1 that comes by severity 1
    assert first.along.area == pytest.approx(0.15)
    assert gains(recipe_curves(sets), {name: known[name] for name in ("plain", "again")}) == []


def test_a_recipe_is_averaged_over_its_training_runs() -> None:
    ends = {"a-s1": 0.8, "a": 0.9, "a-s2": 0.7, "b": 0.7, "b-s2": 0.6, "c": 0.5}
    sets = [stress_set(name, (0.98, end, end)) for name, end in ends.items()]
    curves = {one.model: one for one in recipe_curves(sets)}
    assert {name: [run.model for run in one.runs] for name, one in curves.items()} == {
        **{"a": ["a", "a-s1", "a-s2"], "b": ["b", "b-s2"], "c": ["c"]}
    }
    found = versus(curves["a"], curves["b"], 0.05)
    # On average 0.8 against 0.65: a third of the way to a lead of 0.15.
    assert found.along.difference.mean == pytest.approx((0, 0.15, 0.15), abs=1e-3)
    assert found.along.ahead.at == pytest.approx(1 / 3, abs=0.01)
    # Equal seeds meet: 0.9 against 0.7, and 0.7 against 0.6; the run with seed 1 has no twin.
    each = run_by_run(curves["a"], curves["b"], 0.05)
    assert [(one.a, one.b) for one in each] == [("a", "b"), ("a-s2", "b-s2")]
    assert [one.along.ahead.at for one in each] == pytest.approx([1 / 4, 1 / 2], abs=0.01)
    assert [one.a for one in run_by_run(curves["c"], curves["b"])] == ["c"]


def test_curves_as_rows() -> None:
    a = stress_set("a", rows=rows((0.94, 0.9, 0.8), 0.01))
    b = stress_set("b", rows=rows((0.94, 0.8, 0.6), 0.02))
    table = curve_table([a, b], versus(a, b))
    assert list(zip(table["model"], table["less"], table["severity"], strict=True)) == [
        *(("a", "", s) for s in (0, 1, 2)),
        *(("b", "", s) for s in (0, 1, 2)),
        *(("a", "b", s) for s in (0, 1, 2)),
    ]
    np.testing.assert_allclose(table["dice"][6:], [0, 0.1, 0.2], atol=1e-12)
    assert (table["low"] <= table["dice"]).all()
    assert (table["dice"] <= table["high"]).all()
    assert set(table["n"]) == {12}
    assert set(table["clusters"]) == {6}
    few = stress_set("a", rows=tuple(r for r in a.rows if r.group in "012"))
    assert curve_table([few])["low"].isna().all()
