"""The dials: families of effects, each effect alone, and all families at once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from carseg.dials import background, camera, clutter, framing, light, weather
from carseg.dials.effect import NO_MATERIALS, Effect, LabelledPicture, Materials, check_severity
from carseg.dials.seeded import generator, pick_by_names

WHOLE_STEPS = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)
HALF_STEPS = tuple(step / 2 for step in range(11))

EFFECTS: dict[str, Effect] = {
    each.name: each
    for each in (
        *background.BACKGROUND_EFFECTS,
        *light.LIGHT_EFFECTS,
        *weather.WEATHER_EFFECTS,
        *camera.CAMERA_EFFECTS,
        *framing.FRAMING_EFFECTS,
        *clutter.CLUTTER_EFFECTS,
        *background.BACKGROUND_CONTROLS,
    )
}
CONTROLS = tuple(each.name for each in background.BACKGROUND_CONTROLS)

# Title and summary of each family, in the order of lists.
_FAMILIES: dict[str, tuple[str, str]] = {
    "background": ("Background", "The surroundings turn to grey, a drawn street or a photograph."),
    "light": ("Light", "Exposure, colour temperature, little light or a cast shadow."),
    "weather": ("Weather", "Fog, rain or snow."),
    "camera": ("Camera", "Out of focus, shaken, noisy, compressed or of low resolution."),
    "framing": ("Framing", "The car smaller or larger, off the middle, cut off or turned."),
    "clutter": ("Clutter", "Things in front of the car, or a second car."),
}

# The order in which the families act in the real world, and the share of the severity that each one
# gets if all act at once. A single family at full strength leaves a car that is seen at a glance;
# six together do not, because light, weather and camera each take away contrast. The background
# makes the street, so it gets the full severity.
PHYSICAL_ORDER: dict[str, float] = {
    "background": 1.0,
    "framing": 0.6,
    "clutter": 0.6,
    "light": 0.4,
    "weather": 0.35,
    "camera": 0.4,
}


@dataclass(frozen=True)
class Dial:
    """A way from the studio to somewhere else.

    Attributes:
        name, title, summary: as in ``BACKGROUND_EFFECTS``.
        severities: the steps at which it is measured; any number in between works.
        effects: every picture gets one effect of each family among them. So a mean over pictures
            is a mean over effects.
    """

    name: str
    title: str
    summary: str
    severities: tuple[float, ...]
    effects: tuple[str, ...]

    def chosen(self, picture: str, seed: int = 0) -> tuple[str, ...]:
        """The effects that this picture gets, at every severity, in the order of their use."""
        families = {f: [n for n in self.effects if n.split(".")[0] == f] for f in PHYSICAL_ORDER}
        return tuple(
            pick_by_names(names, seed, picture, f) for f, names in families.items() if names
        )

    def apply(
        self,
        sample: LabelledPicture,
        severity: float,
        picture: str,
        seed: int = 0,
        materials: Materials = NO_MATERIALS,
    ) -> LabelledPicture:
        """The sample at a severity: a pure function of its arguments.

        Args:
            severity: 0 (untouched, byte for byte) to 5.
            picture: the picture's id. With ``seed`` and the effect's name it decides the random
                draws.  seed: another seed gives another background, another wind.
            materials: what effects may take from elsewhere.

        Raises:
            ValueError: the severity is not a number from 0 to 5.
        """
        check_severity(severity)
        for effect, own, draw in self.steps(severity, picture, seed):
            sample = effect.apply(sample, own, draw, materials)
        return sample

    def steps(
        self, severity: float, picture: str, seed: int = 0
    ) -> Iterator[tuple[Effect, float, np.random.Generator]]:
        """What ``apply`` does, in order: the effect, its severity, and its random generator."""
        names = self.chosen(picture, seed)
        for name in names:
            share = PHYSICAL_ORDER[name.split(".")[0]] if len(names) > 1 else 1.0
            yield EFFECTS[name], share * severity, generator(seed, picture, name)


def _family(name: str) -> Dial:
    title, summary = _FAMILIES[name]
    names = (n for n in EFFECTS if n.split(".")[0] == name and n not in CONTROLS)
    return Dial(name, title, summary, WHOLE_STEPS, tuple(names))


def _combined() -> Dial:
    return Dial(
        "combined",
        "Studio to street",
        "One effect of every family at once, in the order in which they happen in the world.",
        HALF_STEPS,
        tuple(name for name in EFFECTS if name not in CONTROLS),
    )


def _alone(each: Effect) -> Dial:
    return Dial(each.name, each.title, each.summary, WHOLE_STEPS, (each.name,))


def _named(dials: Iterable[Dial]) -> dict[str, Dial]:
    return {dial.name: dial for dial in dials}


# Controls are the last of the effects.
DIALS: dict[str, Dial] = _named(
    [*map(_family, _FAMILIES), _combined(), *map(_alone, EFFECTS.values())]
)


def default_dials() -> list[str]:
    """The families, and all of them together. Single effects and controls must be asked for."""
    return [name for name in DIALS if name not in EFFECTS]


def single_dials() -> list[str]:
    """Every effect alone, family by family, then all together: the default of a sheet."""
    return [*(name for name in EFFECTS if name not in CONTROLS), "combined"]


def dials_named(names: Iterable[str]) -> list[Dial]:
    """The dials of these names, each once.

    Raises:
        ValueError: there is no dial of that name.
    """
    names = list(dict.fromkeys(names))
    if missing := [name for name in names if name not in DIALS]:
        raise ValueError(f"There is no dial '{missing[0]}'. Known are: {', '.join(DIALS)}.")
    return [DIALS[name] for name in names]


def described(names: Sequence[str]) -> str:
    """The dials in words: name, title and summary, and below a family's its effects."""
    lines = []
    for dial in dials_named(names):
        lines.append(f"{dial.name}: {dial.title}. {dial.summary}")
        lines += _effects(dial) if dial.name in _FAMILIES else []
    return "\n".join(lines)


def _effects(dial: Dial) -> list[str]:
    width = max(map(len, dial.effects))
    return [f"    {name:{width}}  at 5: {EFFECTS[name].summary}" for name in dial.effects]
