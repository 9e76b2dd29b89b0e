"""What a visitor sent for a batch: files in a private folder, within bounds; none in memory."""

import threading
from functools import partial
from pathlib import Path
from weakref import WeakSet

from carseg.core.errors import CarsegError, disk_error
from carseg.data.archive import MOST_SENT, ArchiveError
from carseg.data.private_folder import private_folder
from carseg.data.zip_photos import read_photo, zip_photos
from carseg.imaging import codec
from carseg.service.inputs import Input, brought, read_file

MOST_PICTURES = 1_000
"""Of one batch."""
MOST_RESULTS = 2**30
"""Bytes of one batch's results; a ZIP of them takes as much once more."""
MOST_OF_ALL = 8 * 2**30
"""Bytes on disk of all batches of this process: what was sent, results, ZIPs."""


class BatchError(CarsegError):
    """What was sent, or asked for, is more than a batch may hold; the message says what to do."""


class Sent:
    """A visitor's pictures on disk. They are deleted with this object, or by ``close``.

    Attributes:
        folder: private; results may go into it, too.
        inputs: the pictures in the order in which they came.
        bytes: of what was sent.  made: of results, which whoever writes them counts.
    """

    def __init__(self) -> None:
        self.folder = private_folder()
        self.inputs: list[Input] = []
        self.bytes = self.made = 0
        self._taken: set[str] = set()
        self._known: set[tuple[str, str]] = set()
        self._lock = threading.Lock()
        _ALL.add(self)

    @property
    def place(self) -> Path:
        """The folder as a path."""
        return Path(self.folder.name)

    def add(self, name: str, data: bytes) -> None:
        """A picture, or a ZIP of pictures. The same file is taken once.

        Whether a picture can be read is seen when its turn comes.

        Raises:
            BatchError, ArchiveError: it cannot be taken.
        """
        with self._lock:
            key = name, codec.digest(data)
            if key in self._known:
                return
            self._check(len(data))
            path = self.place / "sent" / f"{len(self._known):05}"
            try:
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(data)
                found = self._found(name, path)
            except OSError as error:
                path.unlink(missing_ok=True)
                raise BatchError(
                    f"There is no room for it here ({disk_error(error)}): try again later."
                ) from error
            except CarsegError:
                path.unlink(missing_ok=True)
                raise
            self._known.add(key)
            self.inputs += found
            self.bytes += len(data)

    def _found(self, name: str, path: Path) -> list[Input]:
        if not name.lower().endswith(".zip"):
            self._check(0, 1)
            return brought([(name, read_file(path))], self._taken)
        members = zip_photos(path, name)
        if not members:
            raise ArchiveError("This ZIP holds no pictures.")
        self._check(0, len(members))
        reads = ((inside, partial(read_photo, path, number)) for number, inside in members)
        return brought(reads, self._taken)

    def _check(self, size: int, pictures: int = 0) -> None:
        if len(self.inputs) + pictures > MOST_PICTURES:
            raise BatchError(
                f"A batch holds at most {MOST_PICTURES:,} pictures: take the others in a second "
                "one, or run carseg predict."
            )
        if self.bytes + size > MOST_SENT:
            raise BatchError(
                f"A batch holds at most {MOST_SENT // 2**20} MB: take the other pictures in a "
                "second one, or run carseg predict."
            )
        check_all(size)

    def close(self) -> None:
        """Delete everything."""
        _ALL.discard(self)
        self.folder.cleanup()


_ALL: WeakSet[Sent] = WeakSet()


def check_all(more: int = 0) -> None:
    """Raise BatchError if the batches of all visitors take too much room for ``more`` bytes."""
    held = sum(one.bytes + one.made for one in list(_ALL))
    if held + more > MOST_OF_ALL:
        raise BatchError(
            "This server holds as much of its visitors' batches as it can: try again in a few "
            "minutes."
        )
