"""Models on the same pictures: against hand-made scores whose answers are known."""

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest

from carseg.analysis import boards, recipes
from carseg.analysis.boards import STREET, STUDIO, WEB
from carseg.analysis.frames import per_picture
from carseg.stats import Comparison, Interval
from tests.factories.configs import config
from tests.factories.scores import dice_set

SCENES = [f"s{i}_{k}" for i in range(6) for k in range(2)]


def scores(level: float, step: float = 0.01) -> dict[str, float]:
    """Twelve pictures of six scenes; each scene lies ``step`` above the one before."""
    return {name: round(level + step * (i // 2), 3) for i, name in enumerate(SCENES)}


def brute_force_p(sums: list[float]) -> float:
    """The sign-flip test by definition."""
    seen = abs(sum(sums))
    flips = [abs(sum(s * x for s, x in zip(signs, sums, strict=True)))
             for signs in product((1, -1), repeat=len(sums))]  # fmt: skip
    return float(np.mean([flip >= seen - 1e-12 for flip in flips]))


@pytest.fixture
def three() -> pd.DataFrame:
    """``low`` is 0.1 under ``high``; ``near`` differs from ``high`` by turns up and down."""
    high = scores(0.8)
    near = {name: round(d + (0.004 if i % 4 < 2 else -0.004), 3)
            for i, (name, d) in enumerate(high.items())}  # fmt: skip
    sets = [dice_set("high", STREET, high), dice_set("near", STREET, near)]
    sets += [dice_set("low", STREET, scores(0.7)), dice_set("baseline-empty", STREET, scores(0.1))]
    return per_picture(sets)


def test_the_board_holds_models_and_no_baselines(three):
    here = boards.board(three, STREET)
    assert here.models == ["high", "low", "near"]
    assert here.dice.loc["s2_1", "high"] == pytest.approx(0.82)
    assert here.clusters(["s2_1", "s0_0"]) == ["s2", "s0"]


def test_the_latest_list_of_scenes_counts():
    old = dice_set("a", STREET, scores(0.5), date="2025-01-01")
    new = dice_set("b", STREET, scores(0.5), date="2025-06-01")
    old = replace(old, pictures=tuple(replace(p, group=p.id) for p in old.pictures))
    for order in ([old, new], [new, old]):
        assert set(boards.board(per_picture(order), STREET).groups) == {f"s{i}" for i in range(6)}


def test_a_pair_is_compared_on_common_pictures_only():
    a = scores(0.8)
    b = dict.fromkeys(SCENES[:10], 0.5) | {"other_1": 0.0}
    here = boards.board(per_picture([dice_set("a", STREET, a), dice_set("b", STREET, b)]), STREET)
    found = boards.compare_pair(here, "a", "b")
    assert (found.n, found.clusters, found.wins) == (10, 5, 10)
    assert found.difference == pytest.approx(np.mean([a[n] - 0.5 for n in SCENES[:10]]))
    assert boards.compare_pair(here, "b", "a").difference == pytest.approx(-found.difference)


def test_no_picture_in_common():
    sets = [dice_set("a", STREET, {"x": 0.5}), dice_set("b", STREET, {"y": 0.5})]
    here = boards.board(per_picture(sets), STREET)
    assert boards.compare_pair(here, "a", "b") is None
    assert boards.all_pairs(here).empty
    with pytest.raises(KeyError, match="same pictures"):
        boards.adjusted(boards.all_pairs(here), "a", "b")


def test_differences_run_from_a_to_b(three):
    rows = boards.differences(boards.board(three, STREET), "near", "high")
    assert list(rows["difference"].round(3)) == [0.004] * 6 + [-0.004] * 6
    assert rows["picture"][0] == "s0_0"
    assert rows["picture"][11] == "s5_1"
    assert list(rows["group"][:2]) == ["s0", "s0"]


def test_holm_runs_over_all_pairs(three):
    table = boards.all_pairs(boards.board(three, STREET)).set_index(["a", "b"])
    assert list(table.index) == [("high", "low"), ("high", "near"), ("low", "near")]
    # Six scenes of two pictures: the clear pairs reach 2 of 64 flips, the near one all of them.
    sums = {("high", "low"): [0.2] * 6, ("high", "near"): [-0.008, 0.008] * 3}
    sums["low", "near"] = [-0.208, -0.192] * 3
    p = {pair: brute_force_p(values) for pair, values in sums.items()}
    for pair in sums:
        assert table.loc[pair, "p"] == pytest.approx(p[pair])
        assert (table.loc[pair, "n"], table.loc[pair, "clusters"]) == (12, 6)
    assert table.loc[("high", "low"), "holm"] == pytest.approx(3 * 2 / 64)
    assert table.loc[("low", "near"), "holm"] == pytest.approx(3 * 2 / 64)
    assert table.loc[("high", "near"), "holm"] == 1
    flat = table.reset_index()
    assert boards.adjusted(flat, "near", "low") == boards.adjusted(flat, "low", "near")


def test_one_model_makes_no_pair(three):
    alone = boards.board(three[three["model"] == "high"], STREET)
    assert boards.all_pairs(alone).empty
    assert list(boards.all_pairs(alone).columns) == boards.PAIR_COLUMNS


def test_nothing_measured():
    assert boards.benchmarks(per_picture([])) == []
    assert boards.board(per_picture([]), STREET).models == []


def test_headline_sets_come_first_and_sets_without_cars_not_at_all():
    sets = [dice_set(m, benchmark, scores(0.5)) for benchmark in
            (("aa", "native"), WEB, STUDIO, STREET)
            for m in ("a", "b")]  # fmt: skip
    sets.append(dice_set("a", ("solo", "native"), scores(0.5)))
    frame = per_picture(sets)
    free = frame.assign(set="car-free", tp=0, fn=0)
    frame = pd.concat([frame, free])
    assert boards.benchmarks(frame, least=2) == [STREET, STUDIO, WEB, ("aa", "native")]
    assert boards.benchmarks(frame)[-1] == ("solo", "native")


@pytest.mark.parametrize(
    ("ends", "holm", "real"),
    [
        ((0.1, 0.2), 0.01, True),
        ((0.1, 0.2), 0.06, False),
        ((-0.1, 0.2), 0.01, False),
        (None, 0.01, False),
    ],
)
def test_a_difference_is_real_by_interval_and_adjusted_p(ends, holm, real):
    interval = Interval(*ends) if ends else None
    found = Comparison(0.15, interval, 0.001, 9, 0, 0, 9, 9)
    assert boards.is_real(found, holm) is real


def test_a_pair_that_differs_in_its_start_isolates_it():
    differing = recipes.differences_of(config(), config(pretrained="ImageNet"))
    assert differing == {"start": ("nothing", "ImageNet")}
    assert "pretrained start" in recipes.isolates(differing)


def test_a_normalisation_is_part_of_a_pretrained_start_and_of_nothing_else():
    other = config(pretrained="ImageNet", mean=(0.5, 0.5, 0.5))
    differing = recipes.differences_of(config(), other)
    assert differing["normalisation"] == (
        "mean 0 0 0, spread 1 1 1",
        "mean 0.5 0.5 0.5, spread 1 1 1",
    )
    assert "pretrained start" in recipes.isolates(differing)
    assert recipes.isolates({"normalisation"}) is None
    assert recipes.isolates({"normalisation", "augmentation"}) is None


def test_views_alone_and_a_seed_beside_them():
    street = config(preset={"streams": [{"dataset": "carvana", "augmentation": "street"},
                                        {"dataset": "carparts", "augmentation": "photo"}]},
                    trained={"seed": 1})  # fmt: skip
    differing = recipes.differences_of(config(), street)
    assert differing["augmentation"] == ("studio", "street, carparts (photo)")
    assert "training views" in recipes.isolates(differing)
    assert "chance" in recipes.isolates({"seed"})
    assert "longer" in recipes.isolates({"pictures seen", "grids"})


def test_two_things_isolate_nothing():
    other = config(pretrained="ImageNet", architecture="smp-unet-vgg16")
    assert recipes.isolates(recipes.differences_of(config(), other)) is None
    assert recipes.differences_of(config(), config()) == {}
    assert recipes.isolates({}) is None


def test_a_recipe_tells_all_that_a_checkpoint_went_through():
    first = config().preset | {"frozen": ["encoder"], "augmentation": "light", "streams": []}
    later = config(
        preset={"streams": [], "augmentation": "light", "learning_rate": 0.0003},
        trained={"seed": 1, "base": {"preset": first, "trained": {"seed": 0}}},
    )
    words = recipes.recipe(later)
    assert words["frozen"] == "encoder, then nothing"
    assert words["learning rate"] == "0.001, then 0.0003"
    assert words["grids"] == "800 at 160x240, 800 at 160x240"
    assert words["augmentation"] == "studio (light)"
    assert words["runs"] == "2"


def test_grids_that_a_network_was_taken_before_are_not_told():
    phases = [{"size": [96, 144], "pictures": 600}, {"size": [160, 240], "pictures": 400}]
    early = config(preset={"phases": phases}, pictures_seen=500)
    assert recipes.recipe(early)["grids"] == "500 at 96x144"
    base = {"preset": early.preset, "pictures_seen": 500, "trained": {}}
    later = replace(early, pictures_seen=1_200, trained={"seed": 0, "base": base})
    assert recipes.recipe(later)["grids"] == "500 at 96x144, 600 at 96x144, 100 at 160x240"


def test_what_is_not_recorded_is_not_compared():
    bare = replace(config(), preset={}, trained={}, pictures_seen=0)
    assert recipes.differences_of(config(pretrained="ImageNet"), bare).keys() == {"start"}


def test_seeds_of_a_recipe():
    names = ["light-s2", "light", "light-street", "light-s10", "light-street-s1"]
    assert recipes.runs_of("light", names) == ["light", "light-s10", "light-s2"]
    assert recipes.recipe_name("light-street-s1") == "light-street"
    assert recipes.recipe_name("street-slow") == "street-slow"
