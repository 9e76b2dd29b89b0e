"""The app's one memory, which can also let go of all that was made of a picture. No Streamlit."""

from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from typing import Any

from carseg.cache import ByteLru


class Store(ByteLru):
    """A ``ByteLru`` whose keys name the pictures, masks and backgrounds that a value shows.

    What is made of a picture is kept by every session that has it: where one lets go of it, another
    that still shows it makes it anew.
    """

    def __init__(self, max_bytes: int) -> None:
        super().__init__(max_bytes)
        self._unwanted: set[Hashable] = set()

    def forget(self, *ids: str) -> None:
        """Let go of all whose key names one of ``ids``; what is being made just now is not kept."""
        with self._lock:
            for key in [key for key in self._items if names(key, ids)]:
                _, freed = self._items.pop(key)
                self.bytes -= freed
            self._unwanted |= {key for key in self._making if names(key, ids)}

    def _keep(self, key: Hashable, value: Any) -> None:
        with self._lock:
            unwanted = key in self._unwanted
            self._unwanted.discard(key)
        if not unwanted:
            super()._keep(key, value)


def names(key: Any, ids: tuple[str, ...]) -> bool:
    """Whether one of ``ids`` stands in a key, its items and fields."""
    if isinstance(key, str):
        return key in ids
    if isinstance(key, tuple):
        return any(names(part, ids) for part in key)
    if is_dataclass(key):
        return any(names(getattr(key, f.name), ids) for f in fields(key))
    return False
