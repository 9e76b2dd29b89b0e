from dataclasses import replace

import pytest
from scipy import stats

from carseg import results
from carseg.ui.compare.stability import worth
from tests.factories.scores import score_set, ship

SHAKEN = [0.9, 0.8, 0.85, 0.7, 0.95, 0.4, 0.5, 0.6]


def with_trust(model: str, mirror: list[float]) -> results.ScoreSet:
    """Eight street pictures whose threshold trust is 1."""
    scores = score_set(model, "street", n=len(mirror), grid="native")
    same = dict.fromkeys(["surface_dice", "stray_pieces", "stray_pixels", "wheel_zone"], 0)
    same |= {"inner_fp": 0, "inner_fn": 0, "wheel_fn": 0, "edge_contrast": 10, "blown": 0}
    pictures = tuple(
        replace(
            p,
            details={
                **same,
                **{"edge_fp": p.counts.fp, "edge_fn": p.counts.fn},
                **{"threshold_trust": 1, "mirror_trust": trust},
            },
        )
        for p, trust in zip(scores.pictures, mirror, strict=True)
    )
    return replace(scores, pictures=pictures)


def test_what_the_figure_was_worth_is_a_rank_correlation(tiny_weights):
    scores = with_trust("tiny-a", SHAKEN)
    ship(tiny_weights, scores)
    results.write_details(tiny_weights / "tiny-a", scores)
    rank = stats.spearmanr(SHAKEN, [p.counts.dice for p in scores.pictures]).statistic
    assert "on 8 labelled street pictures" in worth("tiny-a")
    assert f"real Dice was {rank:.2f} (1: same order" in worth("tiny-a")


def test_details_that_are_written_again_are_read_again(tiny_weights):
    scores = with_trust("tiny-a", SHAKEN)
    ship(tiny_weights, scores)
    assert "was not measured" in worth("tiny-a")
    results.write_details(tiny_weights / "tiny-a", scores)
    first = worth("tiny-a")
    results.write_details(tiny_weights / "tiny-a", with_trust("tiny-a", sorted(SHAKEN)))
    assert "was not measured" not in first
    assert worth("tiny-a") != first


def test_details_of_older_scores_do_not_count(tiny_weights):
    results.write_details(tiny_weights / "tiny-a", with_trust("tiny-a", SHAKEN))
    ship(tiny_weights, score_set("tiny-a", "street", n=5, grid="native"))
    assert "was not measured" in worth("tiny-a")


@pytest.mark.parametrize("name", ["tiny-b", "nothing"])
@pytest.mark.usefixtures("tiny_weights")
def test_without_details_nothing_is_claimed(name):
    assert "was not measured" in worth(name)
