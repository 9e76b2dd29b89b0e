"""One bounded memory for values that take long to compute: decoded pictures, predictions."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import numpy as np

_T = TypeVar("_T")

SMALL = 2**20
"""Bytes up to which a value is small."""
MOST_SMALL = 20_000
"""Small values that are kept where large ones need their room."""


def size_of(value: Any) -> int:
    """Bytes of the arrays and byte strings in a value, its fields and its items."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, bytes | str):
        return len(value)
    if isinstance(value, dict):
        return sum(map(size_of, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(size_of, value))
    if is_dataclass(value):
        return sum(size_of(getattr(value, f.name)) for f in fields(value))
    return 64


def names(key: Any, ids: tuple[str, ...]) -> bool:
    """Whether a key contains one of ``ids``, also within its items and fields."""
    if isinstance(key, str):
        return key in ids
    if isinstance(key, tuple):
        return any(names(part, ids) for part in key)
    if is_dataclass(key):
        return any(names(getattr(key, f.name), ids) for f in fields(key))
    return False


class _Order:
    """Keys in the order of their last use, with sizes and the sum of these."""

    def __init__(self) -> None:
        self.sizes: OrderedDict[Hashable, int] = OrderedDict()
        self.bytes = 0

    def add(self, key: Hashable, size: int) -> None:
        self.sizes[key] = size
        self.bytes += size

    def remove(self, key: Hashable) -> None:
        self.bytes -= self.sizes.pop(key)

    def touch(self, key: Hashable) -> None:
        self.sizes.move_to_end(key)


class ByteLru:
    """A thread-safe store of bounded size (in bytes) that drops the least recently used values.

    Small values are dropped last, as long as they fill less than a quarter: what a network says
    takes a hundredth of the bytes of a picture, and longer to make. So pixels go, and facts stay,
    where many visitors together have more than the store holds.

    If several threads ask for the same missing key, its value is computed once. A value larger
    than the whole store is returned but not kept. Keys name the pictures that a value shows, so
    everything that was computed from a picture can be dropped at once.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self._items: dict[Hashable, tuple[Any, int]] = {}
        self._small, self._large = _Order(), _Order()
        self._lock = threading.Lock()
        self._making: dict[Hashable, threading.Lock] = {}
        self._unwanted: set[Hashable] = set()

    def get_or_make(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """The value of ``key``; ``make`` computes it if it is missing. Errors are not kept."""
        with self._lock:
            if key in self._items:
                self._order(key).touch(key)
                known: _T = self._items[key][0]
                return known
            making = self._making.setdefault(key, threading.Lock())
        try:
            with making:
                with self._lock:
                    if key in self._items:
                        made: _T = self._items[key][0]
                        return made
                value = make()
                self._keep(key, value)
                return value
        finally:
            with self._lock:
                if self._making.get(key) is making:
                    del self._making[key]

    def __contains__(self, key: Hashable) -> bool:
        with self._lock:
            return key in self._items

    def forget(self, *ids: str) -> None:
        """Drop every value whose key names one of ``ids``.

        Values that are being computed at this moment are not kept either. A page that still shows
        such a value computes it again.
        """
        with self._lock:
            for key in [key for key in self._items if names(key, ids)]:
                self._drop(key)
            self._unwanted |= {key for key in self._making if names(key, ids)}

    def _keep(self, key: Hashable, value: Any) -> None:
        size = size_of(value)
        with self._lock:
            unwanted = key in self._unwanted
            self._unwanted.discard(key)
            if unwanted or size > self.max_bytes:
                return
            if key in self._items:  # after a failure another thread may have computed it meanwhile
                self._drop(key)
            self._items[key] = value, size
            self.bytes += size
            self._order(key).add(key, size)
            while self.bytes > self.max_bytes:
                self._drop(self._least_missed())

    def _order(self, key: Hashable) -> "_Order":
        return self._small if self._items[key][1] <= SMALL else self._large

    def _least_missed(self) -> Hashable:
        """The key of the value to drop next."""
        small, large = self._small, self._large
        many = small.bytes > self.max_bytes // 4 or len(small.sizes) > MOST_SMALL
        return next(iter(large.sizes if large.sizes and not many else small.sizes))

    def _drop(self, key: Hashable) -> None:
        self._order(key).remove(key)
        self.bytes -= self._items.pop(key)[1]


class Shared:
    """A store for one of several users, with the same memory as the others.

    Args:
        store: the memory of all.
        user: a name, which becomes a part of the keys.
        common: beginnings of keys whose values are the same for all users.
    """

    def __init__(self, store: ByteLru, user: str, common: frozenset[str]) -> None:
        self._store, self._user, self._common = store, user, common

    def _own(self, key: Hashable) -> Hashable:
        common = isinstance(key, tuple) and bool(key) and key[0] in self._common
        return key if common else (self._user, key)

    def get_or_make(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """As ``ByteLru.get_or_make``."""
        return self._store.get_or_make(self._own(key), make)

    def __contains__(self, key: Hashable) -> bool:
        return self._own(key) in self._store
