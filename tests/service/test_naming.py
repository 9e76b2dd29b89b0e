"""Patterns of names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carseg.data.car_names import Named, car_views
from carseg.service.naming import USUAL, NamingError, Pattern, unique


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "letters"),
        ("{nope}", "{nope} is no field"),
        ("{stem", "braces"),
        ("{}", "no field"),
        ("{stem!r}", "no field"),
        ("{stem:>900}", "no field"),
        ("{stem.__class__}", "no field"),
        ("{index:09999}", "no field"),
        ("{model}", "{stem}, {index}, or {car} and {angle}"),
        ("{car}", "{angle}"),
        ("/tmp/{stem}", "within the folder"),
        ("../{stem}", "within the folder"),
        ("x" * 300 + "{stem}", "letters"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_one_sentence(text, words):
    with pytest.raises(NamingError) as told:
        Pattern.parse(text)
    assert words in str(told.value)


@pytest.mark.parametrize(
    ("text", "models", "kinds", "field"),
    [("{stem}.{kind}", 2, 1, "{model}"), ("{stem}.{model}", 1, 2, "{kind}")],
)
def test_several_files_of_a_picture_need_a_field_that_tells_them_apart(text, models, kinds, field):
    with pytest.raises(NamingError, match=field):
        Pattern.parse(text, models, kinds)
    Pattern.parse(USUAL, models, kinds)


@given(
    st.text(max_size=300),
    st.text(max_size=300),
    st.sampled_from(
        [USUAL, "{folder}/{stem}", "{stem}/{index}", "{car}/{angle}", "{angle}{stem}", "a/{stem}/b"]
    ),
)
def test_any_name_stays_in_the_folder_and_fits_a_disk(stem, folder, pattern):
    (view,) = car_views([Named(stem, folder)])
    path = Pattern(pattern).path(
        folder=folder, stem=stem, index=3, model="m", kind="mask", view=view
    )
    assert not path.is_absolute()
    assert ".." not in path.parts
    assert path.parts
    assert all(0 < len(part.encode()) <= 200 and "\0" not in part for part in path.parts)


def test_names_differ_also_where_case_does_not_matter():
    taken: set[str] = set()
    assert [unique(name, taken) for name in ("a", "A", "a", "a-2")] == ["a", "A-2", "a-3", "a-2-2"]
    assert unique("a", taken, within="b") == "a"
