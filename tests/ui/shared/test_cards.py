"""What a card says of a checkpoint."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from carseg.models.checkpoint import Config
from carseg.ui.shared import cards

CONFIG = Config(
    name="m",
    title="Model M",
    summary="For tests.",
    architecture="unet",
    area=38400,
    mean=(0.5, 0.5, 0.5),
    std=(0.2, 0.2, 0.2),
    sha256="0123456789abcdef" * 4,
    bytes=62_123_456,
    parameters=31_043_521,
    multiply_adds=41_900_000_000,
    pictures_seen=12_288,
    data="Carvana",
)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0"),
        (16, "16"),
        (999, "999"),
        (1000, "1.0 k"),
        (999_960, "1.0 M"),
        (31_043_521, "31.0 M"),
        (41.9e9, "41.9 G"),
        (2.5e12, "2.5 T"),
    ],
)
def test_counts_for_people(number, words):
    assert cards.count(number) == words


@pytest.mark.parametrize(("size", "words"), [(12, "12 bytes"), (62_123_456, "62.1 MB")])
def test_file_sizes(size, words):
    assert cards.file_size(size) == words


def table(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["model", "domain", "set", "grid", "n", "dice"])


def test_the_street_headline_is_street_photo_at_the_published_grid():
    scores = table(
        ("m", "street", "street-web", "160x240", 777, 0.1),
        ("m", "street", "street-photo", "native", 96, 0.2),
        ("m", "street", "street-photo", "160x240", 96, 0.3),
        ("k", "street", "street-photo", "160x240", 96, 0.4),
    )
    assert cards.headline(scores, "m", "street")["dice"] == 0.3
    assert cards.headline(scores, "m", "studio") is None


def test_the_studio_headline_is_the_largest_set():
    scores = table(
        ("m", "studio", "tiny", "96x144", 5, 0.1),
        ("m", "studio", "carvana", "512", 512, 0.2),
        ("m", "studio", "carvana", "160x240", 512, 0.3),
    )
    row = cards.headline(scores, "m", "studio")
    assert cards.score_text(row) == ("0.300", "carvana at 160x240, n = 512")


def test_no_score_is_a_dash_with_its_reason():
    value, why = cards.score_text(None)
    assert value == cards.DASH
    assert why


def test_facts_leave_out_what_is_unknown():
    facts = cards.card_lines(CONFIG)
    assert facts["Parameters"] == "31.0 M"
    assert facts["Pictures seen"] == "12,288"
    assert "0123456789ab" in facts["File"]
    assert "62.1 MB" in facts["File"]
    bare = cards.card_lines(replace(CONFIG, pictures_seen=0, multiply_adds=0, data=""))
    assert not {"Pictures seen", "Multiply-adds", "Training data", "Trained"} & set(bare)


def test_trained_in_words():
    words = cards.trained_words({"hardware": "2 cores", "date": "2025-01-02", "hours": 1.4})
    assert words == "2025-01-02, 1.4 hours, 2 cores"
    assert cards.trained_words({}) == ""
    went_on = {"hours": 0.5, "seed": 1, "base": {"name": "x", "trained": {"hours": 0.25}}}
    assert cards.trained_words(went_on) == "0.8 hours"


def test_an_architecture_of_the_registry_has_its_title():
    assert cards.architecture_text(CONFIG) != "unet"
    assert cards.architecture_text(replace(CONFIG, architecture="new")) == "new"


def test_the_comparison_has_a_row_per_model_and_gaps_where_nothing_is_known():
    scores = table(("m", "studio", "carvana", "160x240", 9, 0.99))
    other = replace(CONFIG, name="k", title="Model K", multiply_adds=0)
    rows = cards.comparison(
        {"m": CONFIG, "k": other}, {"m": "Model M", "k": "Model K"}, scores
    ).set_index("Model")
    assert rows.loc["Model M", "Studio Dice"] == 0.99
    assert rows.loc["Model M", "Parameters (M)"] == pytest.approx(31.043521)
    assert pd.isna(rows.loc["Model M", "Street Dice"])
    assert pd.isna(rows.loc["Model K", "Multiply-adds (G)"])


def test_history_of_one_row_per_leg(tmp_path: Path):
    (tmp_path / cards.HISTORY).write_text(
        "pictures,loss,val_dice\n512,1.5,0.6\n1024,0.5,0.9\n", encoding="utf-8"
    )
    found = cards.history(tmp_path)
    assert list(found.columns) == ["pictures", "loss", "val_dice"]
    assert list(found["val_dice"]) == [0.6, 0.9]


def test_history_of_a_logger_that_splits_its_rows(tmp_path: Path):
    (tmp_path / cards.HISTORY).write_text(
        "epoch,loss,step,val_dice,lr\n0,,63,0.6,\n0,1.4,63,,\n1,,127,0.9,\n1,nan,127,,\n"
    )
    found = cards.history(tmp_path)
    assert list(found.columns) == ["step", "loss", "val_dice"]  # lr never had a value
    assert list(found["step"]) == [63, 127]
    assert found["loss"].iloc[0] == 1.4
    assert pd.isna(found["loss"].iloc[1])


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "step\n1\n", "step,loss\n", '"', "\x00\xff"])
def test_what_is_no_history_counts_as_absent(tmp_path: Path, text: str):
    assert cards.history(tmp_path) is None
    (tmp_path / cards.HISTORY).write_text(text, encoding="latin-1")
    assert cards.history(tmp_path) is None


def test_the_help_names_the_folder_and_the_command():
    assert "`weights`" in cards.how_to_get_models("weights")
    assert "carseg train" in cards.how_to_get_models("weights")
