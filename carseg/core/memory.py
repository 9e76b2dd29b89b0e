"""Keeps the memory of a server that runs for weeks small and even."""

import ctypes
import gc
from contextlib import suppress

_ARENA_MAX = -8
"""A parameter of mallopt(3), from glibc's malloc.h."""


def hold_steady() -> None:
    """Have glibc's malloc keep two heaps, before threads begin; elsewhere this does nothing.

    By itself it gives each thread a heap of its own, up to eight for each core, and in each of them
    pictures leave holes that the others cannot use.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 2)


def collect() -> None:
    """Let go of objects that only refer to each other, and give free memory back to the system.

    What is left, mostly the modules, is not looked at again until the next call: the collections
    that Python begins by itself are then short.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    give_back()


def give_back() -> None:
    """Give free memory back to the system, where the C library can."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
