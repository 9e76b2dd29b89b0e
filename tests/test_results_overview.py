from carseg import settings
from carseg.models.checkpoint import drop_weights
from carseg.results.overview import overview
from tests.ui.made import score_set, ship


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
