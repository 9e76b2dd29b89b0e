"""What the strip says below its picture. Markdown; titles and names come escaped."""

from carseg.dials import EFFECTS, Dial


def gets(dial: Dial, picture: str, seed: int) -> str:
    """What the dial does to this picture."""
    names = [EFFECTS[name].title.lower() for name in dial.chosen(picture, seed)]
    return f"This car gets: {', '.join(names)}."


def against_truth(name: str) -> str:
    """How masks are scored where the true mask is known."""
    return f"Dice of each mask against {name}, which goes through the dial with the picture."


def against_itself(finder: str) -> str:
    """What is shown where no true mask is known, and that it is no verdict."""
    return (
        "There is no true mask of this picture, so there is **no verdict**. Self-consistency is "
        "the Dice of a model's mask against its own mask of the untouched picture, moved as the "
        "picture moves, without what is hidden on the way and with what is added. A model that is "
        "wrong from the start may be perfectly consistent. Dials that must know where the car is "
        f"take the mask that {finder} finds in the untouched picture."
    )


def no_car(titles: list[str]) -> str:
    """For models that have nothing to be consistent with."""
    return f"No car found in the untouched picture by {', '.join(titles)}: nothing to follow."
