"""Escapes names of files and models for Markdown, so that it shows them letter by letter."""

import re

JOINER = "\u2060"
"""A character without width. It breaks up text that the browser's Markdown would turn into a link
even if it is escaped."""
_LINK = re.compile(r"(?<=http)(?=://)|(?<=https)(?=://)|(?<=www)(?=\.)|(?<=@)", re.IGNORECASE)


def plain(text: str) -> str:
    """A name with its Markdown escaped; a long name is cut in the middle."""
    text = "".join(c for c in text if c.isprintable())
    text = text if len(text) <= 80 else f"{text[:60]}…{text[-16:]}"
    return re.sub(r"([\\`*_{}\[\]()#+!|>~$:<&])", r"\\\1", _LINK.sub(JOINER, text))


def shown(text: str) -> str:
    """A sentence that contains file names: ``plain`` word by word."""
    return " ".join(plain(word) for word in text.split())


def code(text: str) -> str:
    """A name or a command as inline code, in which only a backtick has a meaning."""
    return f"`{''.join(c for c in text if c.isprintable()).replace('`', chr(39))}`"
