"""Root without root's rights: what may not be written cannot be written by it either."""

import ctypes
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
_VERSION_3 = 0x20080522


def without_rights(work: Callable[[], T]) -> T:
    """Do the work in a thread that obeys the permissions of files. Linux gives rights by thread."""
    with ThreadPoolExecutor(1, initializer=_drop) as pool:
        return pool.submit(work).result()


def _drop() -> None:
    if os.getuid() == 0:
        header = (ctypes.c_uint32 * 2)(_VERSION_3, 0)
        none = (ctypes.c_uint32 * 6)()
        if ctypes.CDLL(None, use_errno=True).capset(header, none):
            raise OSError(ctypes.get_errno(), "capset")
