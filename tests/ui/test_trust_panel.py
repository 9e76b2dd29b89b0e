from dataclasses import replace

import pytest
from scipy import stats

from carseg import results
from carseg.ui.trust_panel import worth
from tests.ui.made import score_set, ship


def test_what_the_figure_was_worth_is_a_rank_correlation(tiny_weights):
    scores = score_set("tiny-a", "street", n=8, grid="native")
    shaken = [0.9, 0.8, 0.85, 0.7, 0.95, 0.4, 0.5, 0.6]
    pictures = tuple(
        replace(p, details={"inner_fp": 0, "inner_fn": 0, "threshold_trust": 1, "mirror_trust": t})
        for p, t in zip(scores.pictures, shaken, strict=True)
    )
    scores = replace(scores, pictures=pictures)
    ship(tiny_weights, scores)
    results.write_details(tiny_weights / "tiny-a", scores)
    rank = stats.spearmanr(shaken, [p.counts.dice for p in pictures]).statistic
    assert "on 8 labelled street pictures" in worth("tiny-a")
    assert f"rank correlation of {rank:.2f}" in worth("tiny-a")


@pytest.mark.parametrize("name", ["tiny-b", "nothing"])
def test_without_details_nothing_is_claimed(tiny_weights, name):
    assert "was not measured" in worth(name)
