import hashlib
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carseg.data.pairs import DataError, Pair
from carseg.data.sets import SETS, members
from carseg.data.splits import (
    SPLITS,
    NotInSplitError,
    published_groups,
    select,
    split_groups,
    split_hash,
)


def pair(name, group=None):
    return Pair(name, None, None, group or name)


@given(st.sets(st.text("abcdef0123456789", min_size=12, max_size=12), min_size=10, max_size=80))
def test_a_split_parts_all_groups_once(groups):
    parts = split_groups(groups)
    assert sorted(chain.from_iterable(parts.values())) == sorted(groups)
    assert abs(len(parts["val"]) - len(groups) / 10) <= 0.5
    assert len(parts["val"]) == len(parts["test"])
    assert split_groups(sorted(groups, reverse=True)) == parts


def test_the_published_cars_are_those_of_the_rule():
    lists = {split: published_groups("carvana", split) for split in SPLITS}
    assert {k: len(v) for k, v in lists.items()} == {"train": 254, "val": 32, "test": 32}
    assert split_groups(chain.from_iterable(lists.values())) == lists


def test_photographs_for_choices_are_never_learned_from():
    train, val = (published_groups("carparts", split) for split in ("train", "val"))
    assert not set(train) & set(val)
    # 40 % of the stems that are not doubtful, in the order of their SHA-256.
    ordered = sorted([*train, *val], key=lambda s: hashlib.sha256(s.encode()).hexdigest())
    assert sorted(ordered[: round(0.4 * len(ordered))]) == val
    pairs = [pair(stem) for stem in (*train[:2], *val[:3], "doubtful")]
    assert [p.id for p in members(pairs, SETS["carparts-val"])] == val[:3]


def test_select_keeps_whole_cars():
    car = published_groups("carvana", "test")[0]
    pairs = [pair(f"{car}_{n:02d}", car) for n in range(16)] + [pair("x_01", "x")]
    assert len(select(pairs, "carvana", "test")) == 16
    assert len(select(pairs, "carvana", "all")) == 17
    with pytest.raises(DataError, match="split 'train'"):
        select(pairs, "carvana", "train")
    with pytest.raises(DataError, match="no split 'dev'"):
        select(pairs, "carvana", "dev")


def test_the_hash_depends_on_ids_alone():
    a, b = pair("a"), pair("b")
    assert split_hash([a, b]) == split_hash([b, a]) != split_hash([a])


def test_the_two_street_sets_part_the_folder():
    pairs = [pair("IMG_20200101_1"), pair("IMG_2020_x"), pair("003"), pair("yellow")]
    photo, web = (members(pairs, SETS[name]) for name in ("street-photo", "street-web"))
    assert [p.id for p in photo] == ["IMG_20200101_1", "IMG_2020_x"]
    assert [p.id for p in web] == ["003", "yellow"]
    with pytest.raises(DataError, match="no picture"):
        members(pairs[:2], SETS["street-web"])


def test_cars_of_ones_own_are_told_where_the_others_are():
    with pytest.raises(NotInSplitError, match=r"carvana-test\.txt") as refusal:
        select([pair("own_01", "own")], "carvana", "test")
    assert "--" not in str(refusal.value), "not every command has an option for it"


def test_a_split_that_was_not_published_is_named_with_those_that_were():
    for dataset, split, known in (
        ("carparts", "test", "train, val, all"),
        ("carvana", "../carvana-test", "train, val, test, all"),
    ):
        with pytest.raises(DataError, match=f"'{split}'.* {known}"):
            published_groups(dataset, split)
