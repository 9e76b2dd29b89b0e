"""Names of strangers do nothing in Markdown."""

import json
import re

import pytest

from carseg.core import settings
from carseg.ui.shared.markdown import JOINER, code, plain, shown


@pytest.mark.parametrize("name", ["a.jpg", "Käfer 2024.png", "日本.png"])
def test_harmless_names_stay(name):
    assert plain(name) == name == shown(name)


@pytest.mark.parametrize("sign", list("\\`*_{}[]()#+!|>~$:<&"))
def test_what_would_act_is_escaped(sign):
    assert plain(f"a{sign}b") == f"a\\{sign}b"


def test_a_long_name_keeps_both_ends_and_control_signs_go():
    name = plain("x" * 200 + "\n\u202e.png")
    assert len(name) == 77
    assert name.startswith("x" * 60)
    assert name.endswith("xxxx.png")
    assert "\n" not in name
    assert "\u202e" not in name


def test_in_a_sentence_each_word_is_cut_by_itself():
    text = shown(f"The file *{'y' * 90}* cannot be read: take another.")
    assert text.startswith("The file \\*yyy")
    assert text.endswith("y\\* cannot be read\\: take another.")


# What a browser's Markdown finds once more in text that is unescaped already (GitHub's autolinks).
FOUND = re.compile(r"https?://[-.\w]+|www\.[-.\w]+|[-.\w+]+@[-\w]+(\.[-\w]+)+", re.IGNORECASE)


@pytest.mark.parametrize(
    "text",
    [
        "http://evil.org/x",
        "see HTTPS://evil.org now",
        "www.evil.org",
        "a WWW.Evil.org",
        "me@evil.org",
    ],
)
def test_no_address_becomes_a_link(text):
    assert FOUND.search(text)
    for escaped in (plain(text), shown(text)):
        assert not FOUND.search(escaped.replace("\\", ""))
        assert escaped.replace("\\", "").replace(JOINER, "") == text


def test_lines_of_a_sentence_become_one():
    assert shown("One line.\n\n# Two") == "One line. \\# Two"


def test_code_cannot_end_itself():
    assert code("a`![x](y)`") == "`a'![x](y)'`"


def test_the_shipped_texts_look_as_they_are_written():
    for path in (settings.ROOT / "weights").glob("*/config.json"):
        config = json.loads(path.read_text())
        for text in (config["title"], config["summary"], config["data"], *config["limits"]):
            assert re.sub(r"\\(.)", r"\1", shown(text)) == text
