"""A stamp changes with the files that something was computed from, and with no others."""

import pytest

from carseg.ui.shared.file_stamp import DETAIL_FILES, SCORE_FILES, STRESS_FILES, stamp

NOTICED = {
    "m/config.json": (SCORE_FILES, DETAIL_FILES, STRESS_FILES),
    "m/scores/a.csv": (SCORE_FILES, DETAIL_FILES),
    "m/path/64/scores/a.csv": (SCORE_FILES, DETAIL_FILES),
    "m/details/a.csv": (DETAIL_FILES,),
    "m/stress/a.csv": (STRESS_FILES,),
    "m/README.md": (),
}


@pytest.mark.parametrize("name", NOTICED)
@pytest.mark.parametrize("kinds", [SCORE_FILES, DETAIL_FILES, STRESS_FILES])
def test_a_new_and_a_changed_file_are_noticed_by_what_depends_on_it(tmp_path, name, kinds):
    file = tmp_path / name
    file.parent.mkdir(parents=True)
    empty = stamp(tmp_path, *kinds)
    file.write_text("one")
    first = stamp(tmp_path, *kinds)
    file.write_text("another")
    noticed = kinds in NOTICED[name]
    assert (first != empty) is noticed
    assert (stamp(tmp_path, *kinds) != first) is noticed
    assert stamp(tmp_path, *kinds) == stamp(tmp_path, *kinds)


def test_no_folder_is_like_an_empty_one(tmp_path):
    assert stamp(tmp_path / "none", *SCORE_FILES) == stamp(tmp_path, *SCORE_FILES)
