"""The Juncture page's sentences follow the numbers."""

from dataclasses import replace

from carseg.analysis.junctures import recipe_curves, run_by_run
from carseg.analysis.stress import versus
from carseg.dials import DIALS
from carseg.stats import RankAgreement
from carseg.stats.juncture import Juncture, Span
from carseg.ui.juncture import sentences, street, strip
from tests.factories.stress import rows, stress_set


def pair(first, second, spread=(0.0, 0.0), delta=0.01):
    a, b = (
        stress_set(name, rows=rows(means, apart))
        for name, means, apart in zip("ab", (first, second), spread, strict=True)
    )
    return versus(a, b, delta)


def test_the_leader_and_from_where_on():
    found = pair((0.98, 0.94, 0.9), (0.98, 0.92, 0.86))
    assert sentences.answer_sentence(found, "A", "B", "Weather") == (
        "On the Weather dial **A** is ahead of *B* by at least 0.01 **from severity 0.5 on "
        "[0.5, 0.5]**."
    )
    # (0 + 0.02) / 2 + (0.02 + 0.04) / 2 over a length of 2.
    assert (
        "12 pictures of 6 cars: over the whole dial *A* scores 0.020 [0.020, 0.020] Dice more"
        in (sentences.certainty(found, "A", "B"))
    )


def test_b_may_be_ahead():
    found = pair((0.98, 0.9, 0.7), (0.98, 0.92, 0.74))
    assert (
        "**B** is ahead of *A* by at least 0.01 **from severity 0.5"
        in sentences.answer_sentence(found, "A", "B", "x")
    )
    assert "*A* scores 0.020 [0.020, 0.020] Dice less than *B*" in sentences.certainty(
        found, "A", "B"
    )
    assert sentences.juncture_range(found) == "behind from 0.5 [0.5, 0.5]"


def test_a_lead_from_the_start():
    found = pair((0.98, 0.9), (0.9, 0.8))
    assert "**from the untouched picture on [0.0, 0.0]**" in sentences.answer_sentence(
        found, "A", "B", "x"
    )


def test_no_juncture_and_a_lead_that_was_lost():
    none = sentences.answer_sentence(pair((0.98, 0.9), (0.98, 0.9)), "A", "B", "x")
    assert none == (
        "On the x dial **no juncture found**: at its end neither *A* nor *B* is ahead by 0.01."
    )
    lost = sentences.answer_sentence(pair((0.98, 0.8, 0.7), (0.98, 0.85, 0.7)), "A", "B", "x")
    assert "From 0.2 to 1.8 **B** is ahead, by up to 0.050, and loses that again." in lost
    # A lead that is lost is told as well where the other model is ahead at the end.
    turned = sentences.answer_sentence(pair((0.98, 0.9, 0.7), (0.98, 0.85, 0.8)), "A", "B", "x")
    assert turned.startswith("On the x dial **B** is ahead of *A*")
    assert turned.endswith("**A** is ahead, by up to 0.050, and loses that again.")


def test_a_larger_lead_may_not_be_found():
    means = (0.98, 0.9), (0.98, 0.85)
    assert pair(*means).found
    assert pair(*means, delta=0.06).found is None


def test_other_cars_may_tell_otherwise():
    unsure = pair((0.9, 0.9, 0.9), (0.9, 0.89, 0.887), (0.02, 0.0))
    assert "past the dial]" in sentences.answer_sentence(unsure, "A", "B", "x")
    assert "With other cars there may be none: " in sentences.certainty(unsure, "A", "B")
    reverse = pair((0.9, 0.9, 0.9), (0.9, 0.89, 0.893), (0.02, 0.0))
    assert "With other cars *A* may get ahead to stay: " in sentences.certainty(reverse, "A", "B")


def test_the_runs_behind_a_pair_are_told():
    sets = [
        stress_set(name, rows=rows(means))
        for name, means in {
            "a": (0.98, 0.9),
            "a-s1": (0.98, 0.8),
            "b": (0.98, 0.8),
            "b-s1": (0.98, 0.78),
        }.items()
    ]
    a, b = recipe_curves(sets)
    assert sentences.runs_sentence((2, 2), run_by_run(a, b), "A", "B") == (
        "Averaged picture by picture over 2 training runs of *A* and 2 runs of *B*. "
        "Run against run: from 0.1 [0.1, 0.1], from 0.5 [0.5, 0.5]."
    )
    said = sentences.runs_sentence((2, 1), run_by_run(a, b)[:1], "A", "B")
    assert said.endswith("over 2 training runs of *A* and 1 run of *B*.")
    once = sentences.runs_sentence((1, 1), [], "A", "B")
    assert once == "*A* and *B* were trained once each: the juncture of other runs is not known."


def test_few_cars_have_no_interval():
    found = pair((0.98, 0.9), (0.98, 0.8))
    bare = Juncture(0.25, None, None, 0.01)
    few = replace(found, along=replace(found.along, ahead=bare, area_interval=None, clusters=3))
    assert "**from severity 0.2 on**" in sentences.answer_sentence(few, "A", "B", "x")
    assert "12 pictures of 3 cars" in sentences.certainty(few, "A", "B")
    assert "Fewer than 5 cars are too few for intervals." in sentences.certainty(few, "A", "B")


def test_ends_past_the_dial():
    assert sentences.span(Span(1.1, None)) == " [1.1, past the dial]"
    assert sentences.span(None) == ""


def test_names_of_dials():
    assert sentences.dial_name(DIALS["weather"]) == "Weather"
    assert sentences.dial_name(DIALS["weather.fog"]) == "Weather: fog"
    assert sentences.dial_name(DIALS["combined"]) == "Studio to street"


def test_what_was_seen():
    weather = DIALS["weather"]
    fog = frozenset({"weather.fog"})
    assert [sentences.exposed(weather, met) for met in (fog, set(), weather.effects)] == [
        *("partly seen", "unseen", "seen")
    ]
    assert sentences.exposed(weather, None) == ""
    counts = sentences.exposure_counts(weather, {"A": fog, "D": None})
    assert counts == (
        "How many of the dial's 3 effects each has seen in training: A: 1; D: not recorded."
    )
    none = sentences.exposure_counts(weather, {"A": frozenset({"light.low"}), "B": frozenset()})
    assert none == "None of these models has seen the dial's 3 effects in training."
    lines = sentences.exposure_lines(weather, {"A": fog, "B": set(), "C": set(), "D": None})
    assert lines.splitlines() == [
        "- A: seen in training: **fog**; not seen: **rain, snow**.",
        "- B, C: **none** of it seen in training.",
        "- D: not recorded.",
    ]


def test_the_street():
    said = street.agreement_sentence(RankAgreement(0.8, 0.083, 5, True), "Weather")
    assert "of 5 models on the Weather dial" in said
    assert "**+0.80** (exact p = 0.08, n = 5). This may be chance" in said
    few = street.agreement_sentence(RankAgreement(1.0, 1 / 3, 3, True), "x")
    assert "even the same order has p = 0.33: so few models cannot show" in few
    sure = street.agreement_sentence(RankAgreement(1.0, 2 / 120, 5, True), "x")
    assert sure.endswith("do better on the street, more than by chance.")
    against = street.agreement_sentence(RankAgreement(-1.0, 2 / 120, 5, True), "x")
    assert against.endswith("do worse on the street, more than by chance.")
    tied = street.agreement_sentence(RankAgreement(0.5, 0.4, 3, False), "x")
    assert "approximate" in tied
    assert "This may be chance" in tied
    assert "It takes two models" in street.agreement_sentence(None, "x")


def test_without_a_truth_there_is_no_verdict():
    said = strip.against_itself("Tiny")
    assert "no verdict" in said
    assert "Self-consistency" in said
    assert "that Tiny finds" in said
    assert strip.gets(DIALS["weather.fog"], "p", 0) == "This car gets: fog."
