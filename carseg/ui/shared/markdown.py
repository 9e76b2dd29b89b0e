"""Names of files and models, and sentences with them, as Markdown shows them letter by letter."""

import re

JOINER = "\u2060"
"""Of no width: it keeps apart what a browser's Markdown would make a link of, escaped or not."""
_LINK = re.compile(r"(?<=http)(?=://)|(?<=https)(?=://)|(?<=www)(?=\.)|(?<=@)", re.IGNORECASE)


def plain(text: str) -> str:
    """A name with all escaped that would act in Markdown; a long one is cut in its middle."""
    text = "".join(c for c in text if c.isprintable())
    text = text if len(text) <= 80 else f"{text[:60]}…{text[-16:]}"
    return re.sub(r"([\\`*_{}\[\]()#+!|>~$:<&])", r"\\\1", _LINK.sub(JOINER, text))


def shown(text: str) -> str:
    """A sentence with file names in it: ``plain`` word by word."""
    return " ".join(plain(word) for word in text.split())


def code(text: str) -> str:
    """A name or a command as code, where only a backtick would act."""
    return f"`{''.join(c for c in text if c.isprintable()).replace('`', chr(39))}`"
