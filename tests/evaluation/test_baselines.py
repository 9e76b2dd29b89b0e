import numpy as np
import pytest

from carseg.cli import main
from carseg.data.pairs import find_pairs
from carseg.evaluation.baselines import MEAN_SIZE, baselines, mean_mask, write_baselines
from carseg.evaluation.evaluate import evaluate
from carseg.evaluation.loaded_pairs import Grid, LoadedPair, masks, read
from carseg.imaging.grid import coverage, resize_mask
from carseg.models.checkpoint import shelf
from carseg.results import read_scores


@pytest.fixture
def known(carvana, tmp_path):
    write_baselines(find_pairs(carvana), tmp_path / "weights", tmp_path / "cache")
    return baselines(tmp_path / "weights")


def dice(rule, name, pairs, size="native"):
    def predict(samples):
        return rule.predict(name, samples)

    return [p.counts.dice for p in evaluate(predict, pairs, Grid.parse(size))]


def test_the_mean_mask_is_the_mean_of_masks(carvana, tmp_path):
    pairs = find_pairs(carvana)
    mean = mean_mask(pairs, tmp_path / "cache")
    truths = [coverage(read(pair).stored, MEAN_SIZE) for pair in pairs]
    np.testing.assert_allclose(mean / 255, np.mean(truths, 0), atol=0.01)
    assert abs(mean.mean() / 255 - np.mean(truths)) < 0.01


def test_an_empty_mask_scores_nothing_and_a_perfect_one_all_but_its_edge(carvana, known):
    pairs = find_pairs(carvana)
    assert dice(known["baseline-empty"], "baseline-empty", pairs) == [0] * 6
    # The made pictures have fewer pixels than the grids: nothing is lost on the way.
    assert dice(known["baseline-ceiling-320x480"], "x", pairs) == [1] * 6
    assert all(0.3 < d < 1 for d in dice(known["baseline-mean"], "baseline-mean", pairs))


def wavy(size):
    """A disc with a wavy edge, stored squashed to ``size`` where that has another aspect."""
    y, x = np.mgrid[: size[0], : size[1]] / np.array(size)[:, None, None]
    return ((y - 0.47) / 0.23) ** 2 + ((x - 0.47) / 0.26) ** 2 + 0.1 * np.sin(x * 213) < 1


def ceilings(sample, size):
    found = []
    for name in ("baseline-ceiling-160x240", "baseline-ceiling-320x480"):
        (said,) = baselines("nowhere")[name].predict(name, [sample])
        mask, truth, _ = masks(said, sample, size)
        found.append(2 * np.sum(mask & truth) / (mask.sum() + truth.sum()))
    return found


def test_a_finer_grid_has_a_higher_ceiling():
    truth = wavy((1280, 1918))
    coarse, fine = ceilings(LoadedPair(np.zeros((1280, 1918, 3)), truth, truth), truth.shape)
    assert 0.9 < coarse < fine < 1


def test_a_grid_loses_nothing_on_itself():
    stored = wavy((512, 512))
    sample = LoadedPair(np.zeros((512, 767, 3)), resize_mask(stored, (512, 767)), stored)
    coarse, fine = ceilings(sample, (160, 240))
    assert coarse == 1
    assert fine > 0.999  # four cells of the finer grid are one of this: only ties may differ


def test_baselines_are_scored_and_shipped_like_models(
    carvana, tiny_weights, tmp_path, capsys, monkeypatch
):
    options = ["--data", str(carvana), "--split", "all", "--size", "16x24", "--set", "discs"]
    evaluate = ["evaluate", *options, "--model", "tiny-a", "--baselines", "--save"]
    assert main(evaluate) == 1
    assert "carseg baselines" in capsys.readouterr().err
    monkeypatch.setattr("carseg.data.splits.select", lambda pairs, *_: pairs)
    assert main(["baselines", "--data", str(carvana), "--runs", str(tmp_path)]) == 0
    assert main(evaluate) == 0
    found = shelf(tiny_weights)
    assert not found.problems
    assert [n for n in found.controls if n.startswith("baseline-")] == list(found.controls)
    for name in (*found.controls, "tiny-a"):
        (scores,) = read_scores(tiny_weights / name)
        assert len(scores.pictures) == 6
    assert "baseline" not in " ".join(found.configs)
