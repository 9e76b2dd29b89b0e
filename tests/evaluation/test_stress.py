"""Dials, models and pictures put together: counts by brute force, shared work, stop and go."""

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from carseg.core.journal import Journal
from carseg.core.shard import Shard
from carseg.data.pairs import DataError, Pair, find_pairs
from carseg.dials import DIALS, LabelledPicture, Materials
from carseg.evaluation.stress import stress
from carseg.evaluation.stress_pictures import chosen_pictures, library, read_on_grid
from carseg.imaging.grid import resize_mask, resize_picture
from carseg.inference.prediction import Prediction
from tests.factories.pictures import write_carvana

SMALL = (20, 30)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr("carseg.evaluation.stress_pictures.GRID", SMALL)
    monkeypatch.setattr("carseg.evaluation.stress.BATCH", 2)


@pytest.fixture
def pairs(carvana) -> list[Pair]:
    return find_pairs(carvana)


@dataclass
class Darker:
    """A dial that subtracts from the picture and counts what it is asked for."""

    name: str = "darker"
    by: int = 10
    severities: tuple[float, ...] = (0.0, 1.0, 2.5)
    asked: list[tuple[str, float, int]] = field(default_factory=list, compare=False)

    def chosen(self, picture: str, seed: int = 0) -> tuple[str, ...]:
        return (f"dark.{picture[-1]}", f"seed.{seed}")

    def apply(
        self,
        sample: LabelledPicture,
        severity: float,
        picture: str,
        seed: int,
        materials: Materials,  # noqa: ARG002 - a dial takes it
    ):
        self.asked.append((picture, severity, seed))
        dark = np.clip(sample.rgb - self.by * severity - seed, 0, 255).astype(np.uint8)
        return LabelledPicture(dark, sample.truth)


@dataclass
class Bright:
    """A model: bright pixels are car. It counts the pictures that it sees."""

    threshold: float = 0.5
    seen: int = 0

    def __call__(self, samples) -> list[Prediction]:
        self.seen += len(samples)
        assert len({sample.rgb.shape for sample in samples}) == 1
        return [
            Prediction("bright", "", self.share(s.rgb), s.rgb.shape[:2], self.threshold)
            for s in samples
        ]

    @staticmethod
    def share(rgb: np.ndarray) -> np.ndarray:
        return (rgb.mean(-1) / 255).astype(np.float16)


def nothing(_: Pair) -> Materials:
    return Materials()


def test_counts_are_those_of_each_picture_alone(pairs):
    found = stress({"m": Bright(0.45)}, pairs[::-1], [Darker()], nothing, seed=3)
    rows = found["m", "darker"]
    assert [(r.id, r.severity) for r in rows] == [(p.id, s) for p in pairs for s in (0, 1, 2.5)]
    by_id = {pair.id: pair for pair in pairs}
    for row in rows:
        pair = by_id[row.id]
        rgb = resize_picture(np.asarray(Image.open(pair.picture)), SMALL).astype(float)
        truth = resize_mask(np.asarray(Image.open(pair.mask).convert("L")) > 127, SMALL)
        if row.severity:
            rgb = np.clip(rgb - 10 * row.severity - 3, 0, 255).astype(np.uint8)
        mask = Bright.share(rgb).astype(np.float32) >= 0.45
        assert (row.counts.tp, row.counts.fp) == (np.sum(mask & truth), np.sum(mask & ~truth))
        assert row.counts.fn == np.sum(~mask & truth)
        assert row.counts.total == 600
        assert (row.group, row.effect) == (pair.group, f"dark.{row.id[-1]}+seed.3")


def test_pictures_are_changed_once_for_all_models_and_seen_once_untouched(pairs):
    dials = [Darker(), Darker("darkest", by=40)]
    models = {"a": Bright(0.4), "b": Bright(0.6)}
    found = stress(models, pairs, dials, nothing)
    for dial in dials:
        assert Counter(dial.asked) == {(p.id, s, 0): 1 for p in pairs for s in (1, 2.5)}
    # Once untouched, and at two severities of two dials.
    assert [model.seen for model in models.values()] == [5 * len(pairs)] * 2
    untouched = [[r.counts for r in found["a", d.name] if r.severity == 0] for d in dials]
    assert untouched[0] == untouched[1]
    assert found["a", "darker"] != found["b", "darker"] != found["b", "darkest"]


def test_a_real_dial_gives_the_same_scores_twice(pairs):
    models, dials = {"m": Bright()}, [DIALS["combined"], DIALS["light.exposure"]]
    dials = [replace(dial, severities=(0, 1.5, 5)) for dial in dials]
    first, second = (stress(models, pairs, dials, library(pairs, [])) for _ in range(2))
    assert first == second
    assert stress(models, pairs, dials, library(pairs, []), seed=1) != first
    counted = [row.counts for row in first["m", "light.exposure"] if row.severity in (0, 5)]
    assert counted[::2] != counted[1::2]


def test_pictures_of_several_sizes(tmp_path, monkeypatch):
    monkeypatch.setattr("carseg.evaluation.stress.BATCH", 8)
    for folder in ("images", "masks"):
        (tmp_path / folder).mkdir()
    for number, size in enumerate([(19, 31), (40, 20), (19, 31), (33, 33)]):
        Image.new("RGB", size, (250, 250, 250)).save(tmp_path / "images" / f"{number}.png")
        Image.new("L", size, 255).save(tmp_path / "masks" / f"{number}.png")
    found = stress({"m": Bright()}, find_pairs(tmp_path, "pairs"), [Darker()], nothing)
    assert {row.counts.dice for row in found["m", "darker"]} == {1.0}
    totals = [row.counts.total for row in found["m", "darker"]]
    assert all(0.85 < total / 600 < 1.15 for total in totals)


def journals(root: Path, *models: str) -> dict[str, Journal]:
    return {model: Journal(root, {"model": model}) for model in models}


def test_a_stopped_run_goes_on_where_it_was(pairs, tmp_path):
    whole, done = stress({"m": Bright()}, pairs, [Darker()], nothing), []

    def stop(number):
        done.append(number)
        if len(done) == 4:
            raise KeyboardInterrupt

    kept = journals(tmp_path, "m")
    options = {"journals": kept, "progress": stop}
    with pytest.raises(KeyboardInterrupt):
        stress({"m": Bright()}, pairs, [Darker()], nothing, **options)
    again, dial = Bright(), Darker()
    counted = []
    options["progress"] = counted.append
    assert stress({"m": again}, pairs, [dial], nothing, **options) == whole
    assert again.seen == 3 * len(pairs) - 2 * 4
    assert sum(counted) == 3 * len(pairs)


def test_what_one_model_has_done_is_not_done_again_for_another(pairs, tmp_path):
    stress({"a": Bright()}, pairs, [Darker()], nothing, journals=journals(tmp_path, "a"))
    models = {"a": Bright(), "b": Bright()}
    more = [Darker(), Darker("darkest", 40, (0.0, 5.0))]
    found = stress(models, pairs, more, nothing, journals=journals(tmp_path, "a", "b"))
    assert [model.seen for model in models.values()] == [len(pairs), 4 * len(pairs)]
    assert found["a", "darker"] == found["b", "darker"]


@pytest.mark.parametrize("count", [2, 3])
def test_parts_merge_to_the_same_scores(pairs, tmp_path, count):
    whole = stress({"m": Bright()}, pairs, [Darker()], nothing)
    models = [Bright() for _ in range(count)]
    results = [
        stress(
            {"m": model},
            pairs,
            [Darker()],
            nothing,
            journals=journals(tmp_path, "m"),
            shard=Shard(index, count),
        )
        for index, model in enumerate(models)
    ]
    assert whole in results
    assert all(result in (None, whole) for result in results)
    assert sum(model.seen for model in models) == 3 * len(pairs)


def many(cars: int, angles: int = 16) -> list[Pair]:
    return [
        Pair(f"{car:03}x_{angle:02}", Path(), None, f"{car:03}x")
        for car in range(cars)
        for angle in range(1, angles + 1)
    ]


def test_the_default_pictures_are_three_of_each_car_and_six_of_each_angle():
    chosen = chosen_pictures(many(32))
    assert set(Counter(p.group for p in chosen).values()) == {3}
    assert Counter(p.id[-2:] for p in chosen) == {f"{n:02}": 6 for n in range(1, 17)}
    for car in {p.group for p in chosen}:
        angles = sorted(int(p.id[-2:]) for p in chosen if p.group == car)
        around = [b - a for a, b in zip(angles, [*angles[1:], angles[0] + 16], strict=True)]
        assert min(around) >= 5


@pytest.mark.parametrize("number", [1, 5, 7, 31, 60, 112, 500])
def test_any_number_is_spread_evenly_and_is_part_of_a_larger_one(number):
    pairs = many(7)
    chosen = chosen_pictures(pairs[::-1], number)
    assert chosen == sorted(chosen, key=lambda p: p.id) == chosen_pictures(pairs, number)
    assert len(chosen) == len(set(chosen)) == min(number, 112)
    counted = Counter(p.group for p in chosen)
    assert max(counted.values()) - min(counted.get(p.group, 0) for p in pairs) <= 1
    assert set(chosen) <= set(chosen_pictures(pairs, number + 3))


def test_cars_with_few_pictures_are_not_asked_for_more():
    pairs = many(3)[:18]  # 16 of one, 2 of another
    assert Counter(p.group for p in chosen_pictures(pairs, 10)) == {"000x": 8, "001x": 2}
    with pytest.raises(DataError, match="--n"):
        chosen_pictures(pairs, 0)


def test_a_car_is_never_borrowed_for_itself(tmp_path):
    pairs = find_pairs(write_carvana(tmp_path / "cars", cars=4))
    scene = tmp_path / "scene.png"
    Image.new("RGB", (200, 100), (9, 8, 7)).save(scene)
    materials = library(pairs[::-1], [Pair("scene", scene, None, "scene")])
    for pair in pairs:
        found = materials(pair)
        borrowed = [read() for read in found.cars]
        others = [read_on_grid(p) for p in pairs if p.group != pair.group]
        assert len(borrowed) == len(others) == 6
        for one, other in zip(borrowed, others, strict=True):
            np.testing.assert_array_equal(one.rgb, other.rgb)
            np.testing.assert_array_equal(one.truth, other.truth)
    (place,) = (read() for read in found.backgrounds)
    assert place.shape[1] / place.shape[0] == pytest.approx(2, abs=0.1)
    assert place.shape[0] * place.shape[1] < 1.2 * 2 * 600
    assert (place == (9, 8, 7)).all()
