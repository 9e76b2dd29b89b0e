"""Work shared by several processes: a stable hash assigns the pieces, results meet on disk.

Processes do not talk to each other. Each process does its own pieces and saves every piece as a
file. The process that saves the last piece finds all of them and merges them in the order of names.
"""

import hashlib
import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Shard:
    """Part ``index`` of ``count``.

    Raises:
        ValueError: there is no such part.
    """

    index: int = 0
    count: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.index < self.count:
            raise ValueError(f"There is no part {self.index} of {self.count}: count from 0.")

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """``0/2`` to the first of two parts.

        Raises:
            ValueError: anything else.
        """
        index, _, count = text.partition("/")
        if not (index.isdigit() and count.isdigit()):
            raise ValueError(f"'{text}' is not a part: write INDEX/COUNT, such as 0/2.")
        return cls(int(index), int(count))

    @classmethod
    def from_environment(cls) -> "Shard":
        """This process's part under ``torchrun`` (RANK and WORLD_SIZE are set); else the whole."""
        return cls(int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1)))

    def owns(self, name: str) -> bool:
        """Whether this part does the piece ``name``. SHA-256 decides, alike on all machines."""
        return int(hashlib.sha256(name.encode()).hexdigest(), 16) % self.count == self.index
