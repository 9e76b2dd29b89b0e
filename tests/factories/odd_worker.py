"""A decoding process that goes wrong in the way that the first letter of a file says."""

import os
import signal
import sys
import time

from carseg.imaging import worker


def odd(_, data: bytes):
    signal.setitimer(signal.ITIMER_PROF, 0.2)
    match data[:1]:
        case b"b":  # busy for ever
            while True:
                pass
        case b"c":
            os.abort()
        case b"s":
            time.sleep(60)
        case b"m":
            raise MemoryError
    signal.setitimer(signal.ITIMER_PROF, 0)
    return worker._image(worker.Image.new("RGB", (3, 2), (1, 2, 3)))


worker._timed = odd
worker.main(sys.argv)
