"""The answer for a lay reader: the question, one sentence, and what its words mean."""

from carseg.analysis.answer import Answer, Sides
from carseg.analysis.numbers import dice, level
from carseg.ui.juncture.sentences import span

WORDS = (
    "A **dial** is a made change of the picture in six steps, from studio to street. **Severity** "
    "says how far it is turned, from 0 (untouched) to 5. The **juncture** is the severity from "
    "which on one network is ahead of the other and stays so. **Dice** says how well a mask fits "
    "the true one: 1 is perfect, 0 is a miss."
)
_WAY = "on the way from the studio to the street"
_CAUSES = {
    "start": (
        f"Does pretraining help {_WAY}?",
        ("the pretrained network", "the one from a random start"),
    ),
    "augmentation": (
        f"Does it help to see other scenes in training, {_WAY}?",
        ("the network that saw other scenes", "the one that saw the studio only"),
    ),
}
_NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}


def question(found: Answer) -> str:
    """What the page asks about the pair."""
    if found.cause in _CAUSES:
        return _CAUSES[found.cause][0]
    return f"Which of the two holds up better {_WAY}?"


def names(found: Answer, a: str, b: str) -> tuple[str, str]:
    """What A and B are called; their titles a and b (Markdown) where no plain word fits."""
    if found.cause not in _CAUSES:
        return f"*{a}*", f"*{b}*"
    first, second = _CAUSES[found.cause][1]
    return (second, first) if found.turned else (first, second)


def sentence(found: Answer, a: str, b: str) -> str:
    """The answer in one sentence, and a second one on the training runs behind it; Markdown."""
    both = names(found, a, b)
    if found.pairing.found is None:
        delta = found.pairing.along.ahead.delta
        said = f"**Not shown**: neither {both[0]} nor {both[1]} gets ahead by {delta:g} to stay"
        side = 0
    else:
        side = int(found.pairing.found[0] != found.pairing.a)
        said = f"{_verdict(found, side)}{both[side]} is ahead {_start(found)}"
    said += _place(found.street, side, "on photographs of real streets", found)
    said += _place(found.studio, side, "in the studio", found)
    return f"{said[0].upper() if said[0] != '*' else '*'}{said[1:]}. {_runs(found)}"


def _verdict(found: Answer, side: int) -> str:
    """Yes or no, if the question is whether something helps."""
    if found.cause not in _CAUSES:
        return ""
    return "**Yes**: " if (side == 1) == found.turned else "**No**: "


def _start(found: Answer) -> str:
    """From where on, in words and in numbers."""
    assert found.pairing.found is not None, "asked only where there is a juncture"
    juncture, last = found.pairing.found[2], found.pairing.along.severities[-1]
    at = juncture.at or 0.0
    if not at:
        return "from the untouched studio picture on"
    part = at / last
    words = "soon after" if part <= 1 / 3 else "half-way from" if part <= 2 / 3 else "far from"
    return f"{words} the studio (from severity {level(at)}{span(juncture.span)} of {last:g} on)"


def _place(sides: Sides | None, side: int, place: str, found: Answer) -> str:
    """A clause on the two means on a set, that of the leader first."""
    if sides is None:
        return ""
    pair = (sides.a, sides.b) if side == 0 else (sides.b, sides.a)
    means = f"{dice(pair[0].dice)} against {dice(pair[1].dice)}"
    lead = pair[0].dice - pair[1].dice
    interval = sides.effect.interval
    if abs(lead) < found.pairing.along.ahead.delta:
        return f"; {place} the two are nearly alike (Dice {means})"
    if interval is None or not interval.excludes(0):
        return f"; {place} they cannot be told apart (Dice {means})"
    return f"; {place} its Dice is {means}" if lead > 0 else f"; but {place} it is behind, {means}"


def _runs(found: Answer) -> str:
    first, second = found.runs
    if found.runs == (1, 1):
        return "**One training run** of each stands behind this: other runs may differ."
    if first == second:
        return f"{_NUMBERS.get(first, str(first)).capitalize()} training runs of each are averaged."
    return f"{first} and {second} training runs are averaged."
