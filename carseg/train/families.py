"""The squares of start and training views, made of what the presets say of themselves."""

from collections.abc import Mapping

from carseg.analysis.effects import Family
from carseg.train.presets import PRESETS, Preset


def families(presets: Mapping[str, Preset]) -> tuple[Family, ...]:
    """A family per title in ``Preset.families``, in the order in which the titles first come.

    Raises:
        ValueError: a family does not have exactly one preset for each of its four corners.
    """
    titles = dict.fromkeys(title for preset in presets.values() for title in preset.families)
    return tuple(Family(title, _corners(title, presets)) for title in titles)


def _corners(title: str, presets: Mapping[str, Preset]) -> tuple[str, str, str, str]:
    names = {name: preset for name, preset in presets.items() if title in preset.families}
    corners = sorted(names, key=lambda name: _corner(names[name]))
    if [_corner(names[name]) for name in corners] != [0, 1, 2, 3]:
        raise ValueError(f"The family '{title}' needs one preset per corner, not {corners}.")
    first, second, third, fourth = corners
    return first, second, third, fourth


def _corner(preset: Preset) -> int:
    """The number of a preset's corner: pretrained adds 1, street views add 2."""
    street = any(stream.augmentation == "street" for stream in preset.streams)
    return (preset.encoder != "random") + 2 * street


FAMILIES = families(PRESETS)
