"""Memory that a server gives back: cycles also after a freeze, and the heaps of threads."""

import gc
import subprocess
import sys
import weakref

import pytest

from carseg.core import memory

MANY_THREADS = """
import ctypes, threading
from carseg.core import memory
{first}
libc, ready = ctypes.CDLL(None), threading.Barrier(9)
libc.malloc.restype = ctypes.c_void_p
def work():
    libc.malloc(ctypes.c_size_t(50_000))
    ready.wait(); ready.wait()
for _ in range(8):
    threading.Thread(target=work, daemon=True).start()
ready.wait()
libc.malloc_stats()
"""


class Session:
    """Refers to itself, as a session of Streamlit does."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def thawed():
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("thawed")
def test_a_closed_session_goes_even_if_it_was_frozen():
    session = Session()
    gone = weakref.ref(session)
    memory.collect()
    assert gc.get_freeze_count() > 1000, "what is left is not looked at again"
    del session
    gc.collect()
    assert gone() is not None, "a frozen cycle stays"
    memory.collect()
    assert gone() is None


def heaps(first: str) -> int:
    """The heaps of a process with eight threads, as glibc counts them."""
    code = MANY_THREADS.format(first=first)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stderr.count("Arena ")


@pytest.mark.skipif(sys.platform != "linux", reason="Only glibc has heaps for threads.")
def test_threads_share_two_heaps():
    usual = heaps("")
    if usual <= 2:
        pytest.skip("This C library has no heaps for threads.")
    assert heaps("memory.hold_steady()") <= 2
