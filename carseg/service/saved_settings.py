"""What shaped a mask, in the one form in which it is saved: equal settings make one row."""

from dataclasses import asdict
from typing import Any

from carseg.compositing.edges import Edges


def saved_settings(
    edges: Edges, own: float, *, second_look: bool, dtype: str
) -> tuple[float, dict[str, Any]]:
    """The threshold of a mask, 0..1, and the settings that are saved beside it.

    Args:
        own: the model's threshold, which holds where ``edges`` names none.
    """
    rest = asdict(edges)
    threshold = rest.pop("threshold")
    settings = {"edges": rest, "second_look": second_look, "dtype": dtype}
    return own if threshold is None else threshold, settings
