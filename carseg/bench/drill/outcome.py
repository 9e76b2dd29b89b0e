"""How long a drill goes on, and what it found."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Limit:
    """A drill ends after so many rounds or minutes, whatever comes first, but not before one."""

    times: int
    minutes: float

    def rounds(self) -> Iterator[int]:
        """The numbers of the rounds, from 0."""
        end = time.monotonic() + 60 * self.minutes
        for number in range(self.times):
            if number and time.monotonic() > end:
                return
            yield number


@dataclass
class Outcome:
    """What was tried and what came of it.

    Attributes:
        tried: how often something was broken.
        acknowledged: how many pieces of work were said to be done, all rounds together.
        lost: a sentence for each thing that was lost or stayed by half.
        seen: further counts, by their name.
    """

    tried: int = 0
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def check(self, good: object, sentence: str) -> None:
        """Note the sentence unless all is well."""
        if not good:
            self.lost.append(f"Round {self.tried}: {sentence}")
