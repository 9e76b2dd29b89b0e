"""The sentences follow the numbers."""

import pytest

from carseg.analysis.boards import STREET, STUDIO, Benchmark
from carseg.analysis.effects import RecipeEffect
from carseg.stats import Comparison, Interval, SeedSpread
from carseg.ui.shared import sentences


def comparison(difference: float, ends: tuple[float, float] | None, p: float, **changes):
    facts = {"wins": 90, "ties": 2, "losses": 4, "n": 96, "clusters": 71} | changes
    return Comparison(difference, Interval(*ends) if ends else None, p, **facts)


def test_a_clear_difference_names_the_better_one():
    found = comparison(0.121, (0.088, 0.152), 0.0001)
    said = sentences.verdict("A", "B", STREET, found, adjusted=0.003, pairs=3)
    assert (
        said
        == "**A is better** on street-photo by **0.121 [0.088, 0.152]**, 96 pictures in 71 scenes"
    )


def test_the_better_one_may_be_b():
    found = comparison(-0.121, (-0.152, -0.088), 0.0001)
    said = sentences.verdict("A", "B", STREET, found, adjusted=0.003, pairs=3)
    assert said.startswith("**B is better** on street-photo by **0.121 [0.088, 0.152]**")


def test_noise_is_called_noise():
    found = comparison(0.0002, (-0.0003, 0.0006), 0.503, n=512, clusters=32)
    said = sentences.verdict("A", "B", STUDIO, found, adjusted=1.0, pairs=3)
    assert said == (
        "in the studio the difference of 0.0002 [-0.0003, 0.0006] is within noise (p = 0.50)"
    )


def test_equal_scores_are_called_equal():
    found = comparison(0.0, (0.0, 0.0), 1.0)
    assert (
        sentences.verdict("A", "B", STUDIO, found, adjusted=1.0, pairs=1)
        == "in the studio the two score the same"
    )


def test_what_holm_takes_back_is_not_claimed():
    found = comparison(0.02, (0.005, 0.04), 0.02)
    said = sentences.verdict("A", "B", STREET, found, adjusted=0.9, pairs=45)
    assert "better" not in said
    assert "among 45 pairs chance alone may do that (adjusted p = 0.90)" in said


def test_few_scenes_say_nothing():
    found = comparison(0.3, None, 0.5, n=3, clusters=2)
    assert "3 pictures in 2 scenes are too few" in sentences.verdict(
        "A", "B", STREET, found, adjusted=1.0, pairs=1
    )


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.00009, "p < 0.001"), (0.0042, "p = 0.004"), (0.05, "p = 0.05"), (1, "p = 1.00")],
)
def test_chance(p, text):
    assert sentences.chance(p) == text


def test_pictures_that_are_all_apart_are_said_to_be():
    assert sentences.evidence(96, 96, STREET) == "96 pictures, each counted as a scene of its own"
    assert sentences.evidence(512, 32, STUDIO) == "512 pictures of 32 cars"
    assert sentences.evidence(16, 1, STUDIO) == "16 pictures of 1 car"


def test_where():
    assert sentences.where(STUDIO) == "in the studio"
    assert sentences.where(Benchmark("carvana-test", "stored")) == "in the studio at stored"
    assert sentences.where(Benchmark("mine", "160x240")) == "on mine at 160x240"
    assert sentences.label(STREET) == "street-photo, own size"


def test_a_sentence_begins_with_a_capital_and_ends_with_a_stop():
    assert sentences.sentence(["in one", "**b** two"]) == "In one; **b** two."
    assert sentences.sentence(["**u-Net** wins"]) == "**U-Net** wins."


def test_wins_and_what_was_adjusted():
    found = comparison(0.1, (0.05, 0.15), 0.004)
    said = sentences.record(found, 0.03, 45, 10)
    assert "A is better on 90 pictures, B on 4; on 2 they differ by less than 0.001" in said
    assert "p = 0.004; adjusted (Holm) for all 45 pairs of the 10 checkpoints" in said
    assert "nothing to adjust" in sentences.record(found, 0.004, 1, 2)


def test_isolation():
    alone, said = sentences.isolation({"start": ("nothing", "ImageNet")}, "A", "B")
    assert alone
    assert "pretrained start" in said
    alone, said = sentences.isolation({"start": ("x", "y"), "pictures seen": ("9", "14")}, "A", "B")
    assert not alone
    assert "2 things (start, pictures seen (9 against 14))" in said
    assert sentences.isolation({}, "A", "B")[0]


def made_effect(
    difference=0.1, ends=(0.05, 0.15), seeds=((0.6, 0.65), (0.5, 0.52))
) -> RecipeEffect:
    spreads = tuple(
        SeedSpread(sum(s) / len(s), 0.01 if len(s) > 1 else None, min(s), max(s), len(s))
        for s in seeds
    )
    return RecipeEffect(difference, Interval(*ends) if ends else None, 0.001, 96, 71, spreads)


def test_seeds():
    assert "Each was trained once" in sentences.seeds_sentence(
        made_effect(seeds=((0.6,), (0.5,))), "A", "B"
    )
    said = sentences.seeds_sentence(made_effect(), "A", "B")
    assert "it exceeds both" in said
    assert "A: 2 seeds, mean Dice 0.600 to 0.650" in said
    assert "does not exceed" in sentences.seeds_sentence(made_effect(0.04, (0.02, 0.06)), "A", "B")
    assert "only once" in sentences.seeds_sentence(
        made_effect(seeds=((0.6, 0.65), (0.5,))), "A", "B"
    )
    assert sentences.seeds_sentence(None, "A", "B") == ""


def test_effects_in_words():
    name = "Pretraining, studio views"
    assert (
        sentences.effect_sentence(name, made_effect(), 0.01)
        == f"**{name}**: helps, +0.100 [0.050, 0.150] (p = 0.01)."
    )
    assert "hurts, -0.10" in sentences.effect_sentence(
        name, made_effect(-0.1, (-0.15, -0.05)), 0.01
    )
    assert "within noise" in sentences.effect_sentence(name, made_effect(0.01, (-0.05, 0.07)), 0.8)
    assert "within noise" in sentences.effect_sentence(name, made_effect(), 0.2)  # after Holm
    assert "too few" in sentences.effect_sentence(name, made_effect(ends=None), 0.01)
    assert "buys more with street views" in sentences.effect_sentence(
        "Interaction", made_effect(), 0.01
    )


@pytest.mark.parametrize(
    ("numbers", "text"),
    [((4, 5, 6, 12, 13, 14), "4 to 6 and 12 to 14"), ((1, 4, 5), "1 and 4 to 5"), ((7,), "7")],
)
def test_runs_of_numbers(numbers, text):
    assert sentences.number_ranges(numbers) == text
