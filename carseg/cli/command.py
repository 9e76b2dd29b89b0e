"""A command that adds its options when it is chosen."""

import argparse
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

AddOptions = Callable[[argparse.ArgumentParser], Any]
Run = Callable[[argparse.Namespace], int]


class Command(argparse.ArgumentParser):
    """A parser that adds its options at its first use, because their choices may import slowly.

    Args:
        options: adds the options.
        run: does the work; it becomes the ``run`` of the parsed arguments.
    """

    def __init__(
        self, *args: Any, options: AddOptions | None = None, run: Run | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._options = options
        self.set_defaults(run=run)

    def parse_known_args(
        self, args: Iterable[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Add the options, then parse."""
        self.complete()
        return super().parse_known_args(args, namespace)

    def complete(self) -> None:
        """Add the options, once."""
        options, self._options = self._options, None
        if options is not None:
            options(self)


Commands: TypeAlias = "argparse._SubParsersAction[Command]"
"""The collection that commands are added to."""
