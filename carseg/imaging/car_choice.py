"""Which value of a mask is the car, as people say it: ``7``, ``#800000``, ``red``, ``all``."""

from dataclasses import dataclass

from PIL import ImageColor

from carseg.core.errors import CarsegError

Colour = tuple[int, int, int]
ALL = "all"
"""Everything but the background is car."""
OPAQUE = "opaque"
"""What is not transparent is car."""
TRANSPARENT = "transparent"


_REACH = 40
"""How far a shade may be from the colour that a person named, in levels of a channel."""


class CarChoiceError(CarsegError):
    """What was given is no label of a mask."""


@dataclass(frozen=True)
class Label:
    """One value of a mask: a label, a colour, or the name of polygons.

    Attributes:
        name: as people say it; a ``CarChoice`` of this text means this label.
        share: of the mask's pixels, 0..1, or None where it is not known.
        colour: as it is seen, or None for polygons.
        number: the grey value, the index of a palette or the label, or None.
        coloured: the file holds colours, so a number may also mean that of Pascal VOC.
    """

    name: str
    share: float | None = None
    colour: Colour | None = None
    number: int | None = None
    coloured: bool = False

    @property
    def words(self) -> str:
        """``7 (12.3 %)``."""
        if self.share is None:
            return self.name
        share = "less than 0.1 %" if self.share < 0.001 else f"{100 * self.share:.1f} %"
        return f"{self.name} ({share})"


@dataclass(frozen=True)
class CarChoice:
    """The labels that are the car; ``words`` are in the order given.

    A word is a number (a grey value, the index of a palette), a colour (``#rrggbb`` or a name), the
    name of a polygon's label, ``all`` or ``opaque``.
    """

    words: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "CarChoice":
        """``7``, ``#800000``, ``red`` or several with commas between them.

        Raises:
            CarChoiceError: there is no word in it.
        """
        words = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
        if not words:
            raise CarChoiceError("Give the car's label or colour, such as 7, #800000 or all.")
        return cls(words)

    def __str__(self) -> str:
        return ",".join(self.words)

    def picks(self, label: Label) -> bool:
        """Whether the label is one of these words; ``all`` and ``opaque`` are no labels."""
        return any(_same(word, label) for word in self.words)

    def near(self, colour: Colour, reach: int = _REACH) -> bool:
        """Whether one of the words is a grey or a colour near this one, in every channel."""
        wanted = [found for word in self.words if (found := _shade(word)) is not None]
        return any(
            max(abs(a - b) for a, b in zip(one, colour, strict=True)) <= reach for one in wanted
        )

    def says(self, word: str) -> bool:
        """Whether ``word`` is among them, in any case."""
        return word.lower() in {each.lower() for each in self.words}


def voc_colour(label: int) -> Colour:
    """The colour of a label in Pascal VOC's palette: its bits, spread over the channels."""
    channels = [0, 0, 0]
    for bit in range(8):
        for channel in range(3):
            channels[channel] |= (label >> (3 * bit + channel) & 1) << (7 - bit)
    return channels[0], channels[1], channels[2]


VOC = tuple(voc_colour(label) for label in range(256))
VOC_VOID = VOC[255]


def colour_name(colour: Colour) -> str:
    """``#rrggbb``."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _same(word: str, label: Label) -> bool:
    if word.lower() == label.name.lower():
        return True
    number = int(word) if word.lstrip("-").isascii() and word.lstrip("-").isdigit() else None
    if number is None:
        return label.colour is not None and _colour(word) == label.colour
    known = label.coloured and 0 <= number < len(VOC) and VOC[number] == label.colour
    return number == label.number or known


def _colour(word: str) -> Colour | None:
    try:
        found = ImageColor.getrgb(word)
    except ValueError:
        return None
    return found[0], found[1], found[2]


def _shade(word: str) -> Colour | None:
    if word.isascii() and word.isdigit():
        grey = int(word)
        return (grey, grey, grey) if grey < 256 else None
    return _colour(word)
