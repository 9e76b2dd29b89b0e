"""The process that decodes pictures of strangers: ``python -m carseg.imaging.worker SOCKET``.

It has limits of its own. If a picture takes more processor time than its pixels may cost, the
system ends the process, even within a decoder; a decoder that asks for too much memory gets none.
"""

import ctypes
import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from mmap import mmap
from typing import Any

from PIL import Image

from carseg.imaging.colour import image_to_srgb
from carseg.imaging.small import small_copy
from carseg.imaging.untrusted import NO_MEMORY, PictureError, open_picture, upright
from carseg.imaging.wire import receive, send

SECONDS, SECONDS_PER_PIXEL = 0.9, 100e-9
"""Of processor time: for any file, and for each of its pixels. JPEG takes 20 ns, HEIC 50."""
MOST_MEMORY = 4 * 2**30
LARGE = 24_000_000
"""Pixels of a picture after which memory is given back to the system."""
STRIP = 64
"""Rows that are copied at once."""

Made = tuple[dict[str, Any], Image.Image]
"""Facts, and the pixels."""


def _rgb(image: Image.Image) -> Made:
    rgb = image_to_srgb(upright(image))
    return {"shape": (rgb.height, rgb.width, 3)}, rgb


def _copy(image: Image.Image, longest: str) -> Made:
    rgb, full = small_copy(image, int(longest))
    return {"shape": (rgb.height, rgb.width, 3), "full": full}, rgb


def _image(image: Image.Image) -> Made:
    image = upright(image)
    palette, mode = "", ""
    if image.palette is not None and image.mode in {"P", "PA"}:
        mode = image.palette.mode
        palette = image.im.getpalette(mode, mode).hex()
    facts = {"mode": image.mode, "size": image.size, "palette": palette, "palette_mode": mode}
    return facts, image


WAYS: dict[str, Callable[..., Made]] = {"rgb": _rgb, "copy": _copy, "image": _image}
"""What can be asked for, by the first word; further words are its arguments."""


def serve(channel: socket.socket) -> None:
    """Answer until the other side is gone."""
    while True:
        try:
            what, _ = receive(channel)
            data, _ = receive(channel)
        except (EOFError, OSError):
            return
        try:
            facts, pixels = _timed(_way(what.decode()), data)
        except (PictureError, MemoryError) as error:
            text = str(error) if isinstance(error, PictureError) else NO_MEMORY
            send(channel, json.dumps({"error": text}).encode())
            continue
        _answer(channel, facts, pixels)
        large = pixels.width * pixels.height > LARGE
        del facts, pixels, data
        if large:
            _give_back()


def _way(what: str) -> Callable[[Image.Image], Made]:
    name, *words = what.split()
    return lambda image: WAYS[name](image, *words)


def _timed(make: Callable[[Image.Image], Made], data: bytes) -> Made:
    """The pixels, within the processor time that they may cost; after it the system ends us."""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        with open_picture(data) as image:
            seconds = SECONDS + image.width * image.height * SECONDS_PER_PIXEL
            signal.setitimer(signal.ITIMER_PROF, seconds)
            return make(image)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _answer(channel: socket.socket, facts: dict[str, Any], pixels: Image.Image) -> None:
    width, height = pixels.size
    row = len(pixels.crop((0, 0, width, 1)).tobytes())
    handle = os.memfd_create("carseg")
    try:
        os.ftruncate(handle, row * height)
        with mmap(handle, row * height) as memory:
            # In strips: one copy of all pixels less, of memory that would have to be fetched.
            for top in range(0, height, STRIP):
                strip = (0, top, width, min(top + STRIP, height))
                memory.write(pixels.crop(strip).tobytes())
        send(channel, json.dumps(facts).encode(), handle)
    finally:
        os.close(handle)


def _give_back() -> None:
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _limit_memory() -> None:
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def main(argv: list[str]) -> None:
    """Serve the socket that was handed over."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then ends us
    _limit_memory()
    with socket.socket(fileno=int(argv[1])) as channel:
        serve(channel)


if __name__ == "__main__":
    main(sys.argv)
