import pytest

from carseg.data.set_names import LONGEST_NAME, UNNAMED, is_plain, name_problem, plain_name
from carseg.data.sets import SETS


@pytest.mark.parametrize("name", ["a", "2024.holiday_2-b", "x" * LONGEST_NAME])
def test_plain_names_stay(name):
    assert is_plain(name)
    assert name_problem(name) == ""
    assert plain_name(name) == name


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("My cars (2)", "My-cars-2"),
        ("a/b", "a-b"),
        ("é", UNNAMED),
        ("..", UNNAMED),
        ("", UNNAMED),
        ("日本", UNNAMED),
        ("-x-", "x"),
        ("street-photo", "my-street-photo"),
        ("x" * 80, "x" * LONGEST_NAME),
        ("a\n", "a"),
    ],
)
def test_any_name_becomes_one_that_a_set_may_have(name, plain):
    assert name_problem(name)
    assert plain_name(name) == plain
    assert name_problem(plain) == ""


def test_a_name_may_be_kept_shorter():
    assert plain_name("x" * 80, longest=55) == "x" * 55


def test_shipped_sets_have_plain_names():
    assert all(map(is_plain, SETS))
    assert all(map(name_problem, SETS))
