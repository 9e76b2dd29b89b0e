"""Named comparisons: saved, renamed, deleted, and as files from strangers."""

import base64
import io
import json

import numpy as np
import pytest
import sqlalchemy as sa
from alembic import command
from PIL import Image

from carseg.results import (
    Comparison,
    ComparisonError,
    ResultsError,
    comparison_names,
    delete_comparison,
    free_name,
    open_engine,
    rename_comparison,
    save_comparison,
    save_scores,
    saved_comparisons,
    saved_scores,
)
from carseg.results import comparisons as module
from carseg.results.comparison import MOST_FILE_BYTES, from_file, thumbnail, to_file
from tests.results.test_saved import score, to_revision


def facts(**changed) -> dict:
    outcome = {
        **{"model": "unet", "title": "U-Net", "share": 0.25, "threshold": 0.5},
        **{"weights_sha256": "a" * 64, "fingerprint": "f" * 64},
        **{"settings": {"edges": {"refine": True, "feather": 1.5}, "dtype": "float32"}},
    }
    return {
        **{"name": "My car", "picture": "car.jpg", "picture_sha256": "b" * 64},
        **{"origin": "upload", "width": 400, "height": 300},
        "link": {"models": ["unet", "other"], "t-unet": ["60"]},
        "outcomes": [outcome, {**outcome, "model": "other", "title": "Other", "edited": True}],
        "disagreements": [{"models": ["unet", "other"], "different": 0.125, "dice": 0.9}],
        **changed,
    }


def comparison(**changed) -> Comparison:
    return Comparison.model_validate(facts(**changed))


def small(shade: int = 90) -> str:
    return thumbnail(np.full((20, 30, 3), shade, np.uint8))


def only(engine: sa.Engine) -> tuple[int, Comparison]:
    (found,) = saved_comparisons(engine).items()
    return found


def test_there_and_back_after_a_restart(engine: sa.Engine) -> None:
    wanted = comparison(thumbnails={"original": small()}, name="Übung, 日本")
    save_comparison(engine, wanted)
    again = open_engine(engine.url.render_as_string(hide_password=False))
    found = only(again)[1]
    assert found.saved_at is not None
    assert found.model_copy(update={"saved_at": None}) == wanted
    assert found.edited == ["Other"]
    again.dispose()


def test_the_same_name_is_saved_again_and_others_beside_it(engine: sa.Engine) -> None:
    first = save_comparison(engine, comparison())
    assert save_comparison(engine, comparison(picture="other.jpg")) == first
    assert only(engine)[1].picture == "other.jpg"
    save_comparison(engine, comparison(name="Another"))
    assert comparison_names(engine) == {"My car", "Another"}
    assert [found.name for found in saved_comparisons(engine).values()] == ["Another", "My car"]
    assert [found.name for found in saved_comparisons(engine, 1).values()] == ["Another"]


def test_rename_and_delete(engine: sa.Engine) -> None:
    number = save_comparison(engine, comparison(thumbnails={"unet": small()}))
    other = save_comparison(engine, comparison(name="Another"))
    rename_comparison(engine, number, "  Better ")
    assert saved_comparisons(engine)[number].name == "Better"
    assert saved_comparisons(engine)[number].thumbnails == {"unet": small()}
    with pytest.raises(ComparisonError, match="Another comparison has this name"):
        rename_comparison(engine, number, "Another")
    for name in ("", "   ", "a" * 81, "a\0b", "\ud800"):
        with pytest.raises(ComparisonError, match="choose another one"):
            rename_comparison(engine, number, name)
    delete_comparison(engine, other)
    delete_comparison(engine, other)
    assert list(saved_comparisons(engine)) == [number]
    with pytest.raises(ComparisonError, match="deleted meanwhile"):
        rename_comparison(engine, other, "Gone")


def test_so_many_and_no_more(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    for name in "ab":
        save_comparison(engine, comparison(name=name))
    with pytest.raises(ResultsError, match="delete some"):
        save_comparison(engine, comparison(name="c"))
    save_comparison(engine, comparison(name="a", picture="new.jpg"))
    assert {found.picture for found in saved_comparisons(engine).values()} == {"new.jpg", "car.jpg"}


def test_a_row_of_a_newer_carseg_does_not_hide_the_others(engine: sa.Engine) -> None:
    number = save_comparison(engine, comparison())
    save_comparison(engine, comparison(name="Readable"))
    with engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE comparison SET facts = :facts WHERE id = :id"),
            {"facts": json.dumps({"format": "carseg comparison 9"}), "id": number},
        )
    assert only(engine)[1].name == "Readable"


@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_an_old_database_gets_the_table_and_keeps_its_scores(url: str, revision: str) -> None:
    engine = open_engine(url)
    save_scores(engine, [score()])
    with engine.begin() as connection:
        to_revision(connection, revision, command.downgrade)
        assert not sa.inspect(connection).has_table("comparison")
    engine.dispose()
    engine = open_engine(url)
    save_comparison(engine, comparison())
    assert only(engine)[1].name == "My car"
    assert [found.picture for found in saved_scores(engine)] == ["0.jpg"]
    engine.dispose()


def test_a_broken_database_gives_one_sentence(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE comparison"))
    for use in (
        saved_comparisons,
        comparison_names,
        lambda store: save_comparison(store, comparison()),
        lambda store: rename_comparison(store, 1, "x"),
        lambda store: delete_comparison(store, 1),
    ):
        with pytest.raises(ResultsError, match=r"no such table|does not exist"):
            use(engine)


def test_a_free_name() -> None:
    assert free_name("car", set()) == "car"
    assert free_name("car", {"car", "car (2)"}) == "car (3)"
    assert free_name("a" * 90, {"a" * 80}) == "a" * 76 + " (2)"


# Files


def test_a_file_comes_back_as_it_was() -> None:
    wanted = comparison(saved_at="2026-11-28T07:00:00")
    data = to_file(wanted)
    assert json.loads(data)["format"] == "carseg comparison 1"
    assert from_file(data) == wanted


def test_a_strangers_small_picture_is_written_anew() -> None:
    file = io.BytesIO()
    Image.new("RGB", (30, 20), (200, 10, 10)).save(file, "WEBP", xmp=b"<secret/>")
    sent = base64.b64encode(file.getvalue()).decode()
    found = from_file(to_file(comparison()).replace(
        b'"thumbnails": {}', json.dumps({"thumbnails": {"unet": sent}}).encode()[1:-1]
    ))  # fmt: skip
    kept = base64.b64decode(found.thumbnails["unet"])
    assert b"secret" in file.getvalue()
    assert b"secret" not in kept
    assert Image.open(io.BytesIO(kept)).size == (30, 20)


def picture(size: tuple[int, int], format: str) -> str:
    file = io.BytesIO()
    Image.new("RGB", size).save(file, format)
    return base64.b64encode(file.getvalue()).decode()


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"format": "carseg comparison 2"}, "format"),
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"picture_sha256": "B" * 64}, "picture_sha256"),
        ({"origin": "scene"}, "origin"),
        ({"width": 10**400}, "width"),
        ({"width": 0}, "width"),
        ({"outcomes": []}, "outcomes"),
        ({"outcomes": [facts()["outcomes"][0]] * 2}, "the file"),
        ({"outcomes": [{**facts()["outcomes"][0], "share": 1.5}]}, "outcomes.0.share"),
        ({"disagreements": [{"models": ["unet", "x"], "different": 0, "dice": 1}]}, "the file"),
        ({"link": {"models": ["x" * 301]}}, "link.models.0"),
        ({"link": {str(n): [] for n in range(201)}}, "link"),
        ({"thumbnails": {"unet": "no base64!"}}, "thumbnails.unet"),
        ({"thumbnails": {"unet": picture((30, 20), "PNG")}}, "thumbnails.unet"),
        ({"thumbnails": {"unet": picture((321, 20), "WEBP")}}, "thumbnails.unet"),
        ({"thumbnails": {"stranger": small()}}, "the file"),
        ({"script": "x"}, "script"),
        ({"saved_at": "2026-11-28T07:00:00+02:00"}, "the file"),
    ],
)
def test_a_file_that_breaks_a_rule_is_refused(changed: dict, place: str) -> None:
    data = json.dumps({"format": "carseg comparison 1", **facts(**changed)}).encode()
    with pytest.raises(ComparisonError, match=rf"look at: {place}\)"):
        from_file(data)


@pytest.mark.parametrize(
    "data",
    [b"", b"null", b"[" * 100_000, b"\xff\xfe", b'{"a": ' * 50_000, b"9" * 5_000, b"{}"],
    ids=len,
)
def test_what_is_no_comparison_is_refused(data: bytes) -> None:
    with pytest.raises(ComparisonError, match="no comparison"):
        from_file(data)


def test_a_file_that_is_too_large_is_not_read() -> None:
    with pytest.raises(ComparisonError, match="larger than 4 MB"):
        from_file(bytes(MOST_FILE_BYTES + 1))
    endless = to_file(comparison()).replace(b'"share": 0.25', b'"share": NaN')
    with pytest.raises(ComparisonError, match=r"outcomes\.0\.share|the file"):
        from_file(endless)
