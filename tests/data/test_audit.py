from collections import Counter
from dataclasses import fields, replace
from pathlib import Path

import pytest

from carseg.data.audit import AUDIT_VIEWS, Audit, audit, with_clusters
from carseg.data.pairs import Pair
from carseg.data.sets import SETS, members


def pair(name):
    return Pair(name, Path(f"{name}.jpg"), Path(f"{name}.png"), name, aspect=1.5)


def test_the_file_is_whole_and_in_order():
    rows = list(audit().values())
    assert Counter(row.set for row in rows) == {"street-photo": 96, "street-web": 77}
    names = [row.picture for row in rows]
    assert names == list(audit()) == sorted(set(names))
    assert all(name == name.strip() and name for name in names)


def test_no_line_of_the_file_is_lost_in_reading():
    # A plain count of the lines: a picture that came twice would hide in the mapping.
    path = Path(__file__).parents[2] / "carseg/data/splits/street-audit.csv"
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    assert header.split(",") == [field.name for field in fields(Audit)]
    assert len(lines) == len(audit()) == 173
    assert [line.split(",")[0] for line in lines] == list(audit())


@pytest.mark.parametrize("finding", audit().values(), ids=lambda finding: finding.picture)
def test_values_are_in_range(finding):
    assert finding.view in AUDIT_VIEWS
    assert {finding.other_cars, finding.label_fault} <= {0, 1, 2}
    prefix = {"street-photo": "p", "street-web": "w"}[finding.set]
    assert finding.cluster[0] == prefix
    assert finding.cluster[1:].isdigit()
    assert finding.flagged == (2 in (finding.other_cars, finding.label_fault))
    assert bool(finding.note) == finding.flagged


@pytest.mark.parametrize("name", ["street-photo", "street-web"])
def test_the_sets_are_those_of_the_results(name):
    pairs = [pair(picture) for picture in audit()]
    audited = [row.picture for row in audit().values() if row.set == name]
    assert [p.id for p in members(pairs, SETS[name])] == audited


def test_cluster_labels_have_no_gap():
    labels = {row.cluster for row in audit().values()}
    for prefix in "pw":
        numbers = sorted(int(label[1:]) for label in labels if label[0] == prefix)
        assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(
    ("other_cars", "label_fault", "flagged"),
    [(0, 0, False), (1, 1, False), (2, 0, True), (0, 2, True), (2, 2, True)],
)
def test_only_a_two_is_a_flag(other_cars, label_fault, flagged):
    found = Audit("a", "street-web", "w01", "side", other_cars, label_fault, "")
    assert found.flagged is flagged


def test_the_findings_cannot_be_changed():
    with pytest.raises(TypeError):
        audit()["new"] = None


def test_clusters_change_the_group_alone():
    names = [*reversed(audit()), "not-audited"]
    pairs = [pair(name) for name in names]
    grouped = with_clusters(iter(pairs))
    assert [p.group for p in grouped[:-1]] == [audit()[name].cluster for name in names[:-1]]
    assert grouped[-1] == pairs[-1]
    assert [replace(p, group=p.id) for p in grouped] == pairs


def test_two_copies_of_one_picture_share_a_cluster():
    # The second is the first, mirrored and made smaller.
    copies = ("8b21a8c96a9d38143f7b29c0f8e4fe3d", "d9ce7968a4073918ce554523363caa73")
    assert len({p.group for p in with_clusters(map(pair, copies))}) == 1
