"""The shipped scenes for a cut-out, in ``sample_images/backgrounds``.

The JSON file beside a picture states its ground and its light; ``sample_images/README.md`` explains
its keys.
"""

import json
import logging
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from carseg.compositing.placement import GroundAndLight
from carseg.compositing.shadow import Light
from carseg.core import settings
from carseg.data.samples import SUFFIXES, title_of

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Scene:
    """One shipped background, without a car.

    Attributes:
        name: the file's stem, which names it in the settings.  title: for people.
        ground: its ground and light; None if they are unknown: then it is a plain background.
        problem: one sentence that says why they are unknown, or ''.
    """

    name: str
    title: str
    path: Path
    ground: GroundAndLight | None
    problem: str = ""


def shipped_scenes(folder: Path | None = None) -> dict[str, Scene]:
    """All scenes by name; empty if there are none. A changed file is read again."""
    folder = settings.samples_dir() / "backgrounds" if folder is None else folder
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    pictures = [path for path in files if path.suffix.lower() in SUFFIXES]
    return {path.stem: _backdrop(path, _version(_facts(path))) for path in pictures}


def _facts(picture: Path) -> Path:
    return picture.with_suffix(".json")


def _version(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


@lru_cache(256)
def _backdrop(path: Path, version: tuple[int, int] | None) -> Scene:
    """Read one scene. ``version`` stands for the state of its JSON file; None: there is no file."""
    ground, problem = None, ""
    try:
        if version is None:
            raise ValueError(f"{_facts(path).name} is missing")
        ground = _read(_facts(path))
    except ValueError as error:
        problem = (
            f"{error}, so {path.name} is used as a plain picture: render the scene again to get "
            "its ground and light."
        )
        _logger.warning("%s", problem)
    return Scene(path.stem, title_of(path.stem), path, ground, problem)


def _read(file: Path) -> GroundAndLight:
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{file.name} cannot be read as JSON") from error
    try:
        return ground_and_light_of(facts)
    except ValueError as error:
        raise ValueError(f"In {file.name} {error}") from error


def ground_and_light_of(facts: object) -> GroundAndLight:
    """Ground and light from the content of a JSON file.

    Raises:
        ValueError: something is missing or impossible; the text says what.
    """
    if not isinstance(facts, dict):
        raise ValueError("there must be keys and values")
    (horizon,) = _numbers(facts, "horizon", 1, 0, 1)
    far, near = _numbers(facts, "ground", 2, 0, 1)
    if not (0 < far <= near and horizon < far < 1):
        raise ValueError("'ground' must be two rows below the horizon, the higher one first")
    # Light from straight above or behind comes from neither side, so only its part to the right
    # counts.
    lean, up, front = _numbers(facts, "light_from", 3, -1, 1)
    if abs(lean**2 + up**2 + front**2 - 1) > 0.02:
        raise ValueError("'light_from' must be a vector of length 1")
    (softness,) = _numbers(facts, "light_softness", 1, 0, 1)
    red, green, blue = _numbers(facts, "light_colour", 3, 0, 1)
    return GroundAndLight(horizon, far, near, Light((red, green, blue), lean, softness))


def _numbers(facts: dict, key: str, count: int, low: float, high: float) -> tuple[float, ...]:
    value: Any = facts.get(key)
    values: Any = [value] if count == 1 else value
    good = isinstance(values, list) and len(values) == count
    # NaN may occur in JSON files written by Python; it is in no range.
    if not good or not all(type(v) in (int, float) and low <= v <= high for v in values):
        many = "a number" if count == 1 else f"{count} numbers"
        raise ValueError(f"'{key}' must be {many} from {low} to {high}")
    return tuple(float(v) for v in values)
