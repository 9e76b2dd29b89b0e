import json

import pytest

from carseg.analysis.boards import STREET
from carseg.analysis.readme_table import (
    EDGES,
    END,
    FIRST,
    SHORT,
    WHOLE,
    Table,
    overview,
    write_tables,
)
from carseg.analysis.recipes import FIRST_RECIPE, SECOND_RECIPE
from carseg.core import settings
from carseg.core.errors import CarsegError
from carseg.models.checkpoint import BROUGHT, drop_weights
from carseg.models.profiles import graph_arguments
from tests.factories.checkpoints import state_network
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
    assert cells(head)[4:] == ["studio, 160x240 (n = 6)", "street-photo (n = 6)"]
    assert cells(first)[0] == "`tiny-a`"
    dice = sum(p.counts.dice for p in studio.pictures) / 6
    assert cells(first)[4].startswith(f"{dice:.3f} [")
    assert cells(first)[5] == ""
    # Three pictures: the better mean, and too few for an interval.
    assert cells(second)[4].startswith("**0.")
    assert "[" not in cells(second)[4]


def test_nothing_measured_is_an_empty_table(tiny_weights):
    assert len(overview(tiny_weights).splitlines()) == 2


def test_a_table_of_fewer_lines_and_columns(tiny_weights):
    ship(
        tiny_weights,
        score_set("tiny-a", "studio", set="carvana-test"),
        score_set("tiny-a", "street", grid="native"),
        score_set("tiny-b", "street", n=3, grid="native"),
    )
    head, _, *lines = overview(tiny_weights, Table("few", (STREET,), ("tiny-a",))).splitlines()
    assert cells(head)[4:] == ["street-photo (n = 6)"]
    assert [cells(line)[0] for line in lines] == ["`tiny-a`"]


def test_the_documents_show_the_shipped_results():
    weights = settings.ROOT / "weights"
    whole = weights / "README.md"
    for file, table in (
        *((whole, table) for table in (WHOLE, EDGES, FIRST)),
        (settings.ROOT / "README.md", SHORT),
    ):
        shown = f"{table.begin}\n{overview(weights, table)}\n{END}\n"
        assert file.read_text().count(shown) == 1, "run: carseg table --write"
    assert len(overview(weights, SHORT).splitlines()) == 2 + 5


REST = "".join(f"{table.begin}\n{END}\n" for table in (EDGES, FIRST))
"""The places of the other tables."""


def write_documents(weights, whole: str, short: str) -> None:
    (weights / "README.md").write_text(whole)
    (weights.parent / "README.md").write_text(short)


def test_writing_changes_only_what_is_between_the_markers(tiny_weights):
    ship(tiny_weights, score_set("tiny-a", "studio", set="carvana-test"))
    write_documents(
        tiny_weights,
        f"# Measured\n{WHOLE.begin}\n| old |\n\\1\n{END}\nFound: \\g<0>.\n{REST}",
        f"# carseg\n\n{SHORT.begin}\n{END}\nMore.\n",
    )
    for _ in range(2):  # the second time nothing changes
        whole, short = write_tables(tiny_weights)
        table = overview(tiny_weights)
        told = f"# Measured\n{WHOLE.begin}\n{table}\n{END}\nFound: \\g<0>.\n"
        assert whole.read_text().startswith(told)
        table = overview(tiny_weights, SHORT)
        assert short.read_text() == f"# carseg\n\n{SHORT.begin}\n{table}\n{END}\nMore.\n"


@pytest.mark.parametrize(
    "short", ["no marker", f"{SHORT.begin}\n", f"{SHORT.begin}\n{END}\n{SHORT.begin}\n{END}\n"]
)
def test_a_document_without_one_place_for_its_table_is_named(tiny_weights, short):
    ship(tiny_weights, score_set("tiny-a", "studio", set="carvana-test"))
    whole = f"{WHOLE.begin}\n{END}\n{REST}"
    write_documents(tiny_weights, whole, short)
    with pytest.raises(CarsegError, match=r"README\.md' needs the lines '<!-- carseg table"):
        write_tables(tiny_weights)
    assert (tiny_weights / "README.md").read_text() == whole, "one of two files was written"


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
    assert cells(lines[2])[4].startswith("**0.")
    assert cells(lines[-1])[0] == "(empty mask)"
    assert "**" not in lines[-1]


def test_no_column_claims_a_size_that_the_scores_do_not_have(tiny_weights):
    ship(tiny_weights, score_set("tiny-a", "studio", set="carvana-test", grid="stored"))
    assert cells(overview(tiny_weights).splitlines()[0])[4] == "studio, stored size (n = 6)"


def of_recipe(folder, phases) -> None:
    """State that the checkpoint was trained in these phases."""
    config = json.loads((folder / "config.json").read_text())
    told = [{"size": list(size), "pictures": n, "batch": 8} for size, n in phases]
    config["preset"] = {"phases": told}
    (folder / "config.json").write_text(json.dumps(config))


def test_recipes_stand_apart_once_there_are_two(tiny_weights):
    for name in ("tiny-a", "tiny-b"):
        ship(tiny_weights, score_set(name, "studio", set="carvana-test"))
    of_recipe(tiny_weights / "tiny-a", FIRST_RECIPE)

    def names(table: Table) -> list[str]:
        return [cells(line)[0] for line in overview(tiny_weights, table).splitlines()[2:]]

    assert names(WHOLE) == ["`tiny-a`", "`tiny-b`"]
    assert names(FIRST) == []
    of_recipe(tiny_weights / "tiny-b", SECOND_RECIPE)
    assert names(WHOLE) == ["`tiny-b`"]
    assert names(FIRST) == ["`tiny-a`"]
    assert names(EDGES) == ["`tiny-b`"]
    assert "**" in overview(tiny_weights, WHOLE), "the best of those that are compared"


def test_of_brought_graphs_the_documents_have_those_whose_scores_alone_are_shipped(tiny_weights):
    for name, kept in (("theirs", True), ("mine", False)):
        facts = {"architecture": BROUGHT, "arguments": graph_arguments(size=[64, 96])}
        folder = tiny_weights / name
        state_network(folder, **facts, title=name, scores_only=kept)
        if not kept:
            (folder / "model.onnx").write_bytes(b"")
        ship(tiny_weights, score_set(name, "street", grid="native", engine="onnx"))
    told = {
        documents: [
            cells(line)[:4] for line in overview(tiny_weights, brought=not documents).splitlines()
        ][2:]
        for documents in (True, False)
    }
    theirs = ["`theirs` (brought)", "nothing", "64x96", "not known"]
    assert told[True] == [theirs]
    assert [line[0] for line in told[False]] == ["`mine` (brought)", "`theirs` (brought)"]
