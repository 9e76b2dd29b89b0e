"""Choices in words."""

from collections.abc import Callable, Mapping
from typing import Any


def worded(words: Mapping[Any, str]) -> Callable[[Any], str]:
    """For ``format_func``: the words for a choice; a choice without words is its own word."""
    return lambda choice: words.get(choice, str(choice))
