"""Which effects a training has seen: for each preset of ``carseg.train.views.augment``, a reason.

In doubtful cases an effect counts as seen, so that "unseen" is reliable. The content of the
pictures counts too: studio pictures contain none of the effects; the photographs that the preset
``photo`` is made for were taken outdoors, in halls and by lamps at night.
"""

from collections.abc import Iterable

_FRAMED = "whole cars of 0.3 to 1.5 times the usual size lie anywhere, also beyond the border"
_CUT_OUT = "seven in ten cars are cut out with the true mask and put on other pictures"
_BARE = "a fifth of the new backgrounds are plain, of two colours that blend"

_PHOTOGRAPHED: dict[str, str] = {
    "light.exposure": "brightness and contrast change by up to 40 % in most views",
    "light.low": "darker views and noise come together, if never as dark",
    "camera.defocus": "a fifth of the views are blurred, by a Gaussian",
    "camera.noise": "a quarter of the views are noisy, up to a spread of 6 %",
    "camera.jpeg": "three in ten views are JPEG of quality 30 to 90",
    "camera.resolution": "a fifth of the views are reduced to 35 to 80 % and enlarged again",
}

_MOVED_OR_DARK: dict[str, str] = {
    "camera.motion": "a tenth of the views are blurred along a line",
    "light.low": "a tenth of the views are night: darker by 2 to 10, tinted, noisy",
}

# Preset -> effect -> what in it is like the effect. Looked for and not found: to turn hues leaves
# greys grey and is no colour temperature, a Gaussian blur has no direction, and the other cars in
# photographs were not marked as cars.
LIKE: dict[str, dict[str, str]] = {
    "none": {},
    "studio": {
        "light.exposure": "brightness and contrast change by up to 20 %",
        "framing.scale": "two thirds of the views are scaled by 0.75 to 1.33",
        "framing.shift": "two thirds of the views are shifted by up to 5 % of the sides",
        "framing.crop": "an eighth of the views are scaled or turned so that the border cuts a car",
        "framing.rotation": "two thirds of the views are turned by up to 35 degrees",
    },
    "light": {
        "light.exposure": "brightness and contrast change by up to 10 %",
        "framing.scale": "half of the views are scaled by 0.92 to 1.08",
        "framing.shift": "half of the views are shifted by up to 3 % of the sides",
        "framing.rotation": "half of the views are turned by up to 3 degrees",
    },
    "street": {
        "background.grey": _BARE,
        "background.generated": _BARE,
        "background.photo": _CUT_OUT,
        "background.studio": _CUT_OUT,
        **_PHOTOGRAPHED,
        "framing.scale": _FRAMED,
        "framing.shift": _FRAMED,
        "framing.crop": _FRAMED,
        "framing.rotation": "views are turned by up to 8 degrees",
        "clutter.second": "a quarter of the views have a second car before or behind the first",
    },
    "outdoors": {
        "background.grey": _BARE,
        "background.generated": _BARE,
        "background.photo": "eight in ten cars are cut out and put on other pictures",
        "background.studio": "eight in ten cars are cut out and put on other pictures",
        **_PHOTOGRAPHED,
        **_MOVED_OR_DARK,
        "light.shadow": "a third of the pasted cars cast a shadow on the ground",
        "framing.scale": "cars of 0.05 to 1.5 times the usual size",
        "framing.shift": _FRAMED,
        "framing.crop": _FRAMED,
        "framing.rotation": "views are turned by up to 8 degrees",
        "clutter.second": "two fifths of the views have more cars before or behind the first",
    },
    "traffic": {
        "background.photo": "real streets from a driving car",
        **_PHOTOGRAPHED,
        **_MOVED_OR_DARK,
        "light.shadow": "streets in the sun, with the shadows of houses and trees",
        "framing.scale": "parts of street scenes, at least three tenths of their sides",
        "framing.shift": "parts of street scenes, from anywhere",
        "framing.crop": "parts of street scenes cut cars",
        "framing.rotation": "views are turned by up to 5 degrees",
        "clutter.second": "most street scenes hold several cars, some behind others",
    },
    "photo": {
        "background.grey": _BARE,
        "background.generated": _BARE,
        "background.photo": "real surroundings, and a fifth of the cars put on other pictures",
        "background.studio": "a fifth of the cars are cut out and put on other pictures",
        **_PHOTOGRAPHED,
        "light.temperature": "photographs by daylight, in halls and under lamps, as they were",
        "light.shadow": "some photographs show sun, with the shadows of roofs and trees",
        "framing.scale": "parts of photographs, at least half of their sides",
        "framing.shift": "parts of photographs, from anywhere",
        "framing.crop": "parts of photographs cut cars",
        "framing.rotation": "views are turned by up to 8 degrees",
    },
    "again": {
        "light.exposure": "brightness and contrast change by up to 20 %",
        "framing.scale": "parts of kept views, at least seven tenths of their sides",
        "framing.shift": "parts of kept views, from anywhere",
        "framing.crop": "parts of views cut cars",
        "framing.rotation": "views are turned by up to 4 degrees",
    },
}


def effects_seen(augmentations: Iterable[str]) -> frozenset[str]:
    """The names of the effects that a training with all these presets has seen.

    Args:
        augmentations: presets of ``carseg.train.views.augment``, such as those of a run's streams.

    Raises:
        ValueError: there is no such preset.
    """
    names = list(augmentations)
    if unknown := [name for name in names if name not in LIKE]:
        raise ValueError(f"There is no preset '{unknown[0]}'. Known are: {', '.join(LIKE)}.")
    return frozenset(effect for name in names for effect in LIKE[name])
