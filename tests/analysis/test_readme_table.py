import json

from carseg.analysis.readme_table import overview
from carseg.core import settings
from carseg.models.checkpoint import drop_weights
from tests.factories.scores import score_set, ship


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_line_per_measured_checkpoint(tiny_weights):
    studio = score_set("tiny-a", "studio", set="carvana-test")
    ship(
        tiny_weights,
        studio,
        score_set("tiny-b", "studio", n=3, set="carvana-test"),
        score_set("tiny-b", "street", grid="native"),
    )
    drop_weights(tiny_weights / "tiny-b")
    head, _, first, second = overview(tiny_weights).splitlines()
    assert cells(head)[3:] == ["studio, 160x240 (n = 6)", "street-photo (n = 6)"]
    assert cells(first)[0] == "`tiny-a`"
    dice = sum(p.counts.dice for p in studio.pictures) / 6
    assert cells(first)[3].startswith(f"{dice:.4f} [")
    assert cells(first)[4] == ""
    # Three pictures: the better mean, and too few for an interval.
    assert cells(second)[3].startswith("**0.")
    assert "[" not in cells(second)[3]


def test_nothing_measured_is_an_empty_table(tiny_weights):
    assert len(overview(tiny_weights).splitlines()) == 2


def test_the_readme_shows_the_shipped_results():
    readme = (settings.ROOT / "README.md").read_text()
    assert overview(settings.ROOT / "weights") in readme


def test_baselines_stand_last_and_are_never_the_best(tiny_weights):
    folder = tiny_weights / "baseline-empty"
    folder.mkdir()
    config = json.loads((tiny_weights / "tiny-a" / "config.json").read_text())
    config |= {"title": "Empty mask", "architecture": "none", "order": 911, "scores_only": True}
    (folder / "config.json").write_text(json.dumps(config | {"name": "baseline-empty", "bytes": 0}))
    perfect = score_set("baseline-empty", "studio", set="carvana-test")
    poor = score_set("tiny-a", "studio", set="carvana-test", n=3)
    ship(tiny_weights, perfect, poor)
    lines = overview(tiny_weights).splitlines()
    assert cells(lines[2])[3].startswith("**0.")
    assert cells(lines[-1])[0] == "(empty mask)"
    assert "**" not in lines[-1]


def test_no_column_claims_a_size_that_the_scores_do_not_have(tiny_weights):
    ship(tiny_weights, score_set("tiny-a", "studio", set="carvana-test", grid="stored"))
    assert cells(overview(tiny_weights).splitlines()[0])[3] == "studio, stored size (n = 6)"
