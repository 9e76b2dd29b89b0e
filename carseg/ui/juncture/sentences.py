"""Sentences about the curves, made from the numbers. Markdown; titles must be escaped."""

from collections.abc import Mapping, Sequence, Set

import numpy as np

from carseg.analysis.numbers import amount, level
from carseg.analysis.stress import Pairing
from carseg.dials import EFFECTS, Dial
from carseg.stats import FEWEST, Interval
from carseg.stats.juncture import Along, Span, leads
from carseg.ui.shared.sentences import counted

EXPOSED = {
    "all": "all",
    "seen": "seen in training",
    "unseen": "not seen in training",
    "mixed": "some seen, some not",
}
"""The words for ``junctures.EXPOSURES``."""

UNSURE = 0.05
"""If at least this share of the resamples contradicts the sentence, it says so."""


def dial_name(dial: Dial) -> str:
    """A dial in a list or sentence: 'Weather', 'Weather: fog'."""
    family, _, effect = dial.name.partition(".")
    return f"{family.capitalize()}: {dial.title.lower()}" if effect else dial.title


def span(found: Span | None) -> str:
    """' [1.1, 1.9]', ' [1.1, past the dial]', or '' if there is no interval."""
    if found is None:
        return ""
    low, high = ("past the dial" if end is None else level(end) for end in (found.low, found.high))
    return f" [{low}, {high}]"


def juncture_range(pairing: Pairing) -> str:
    """The juncture in a table: 'from 1.4 [1.1, 1.9]', 'behind from 2.0 [1.5, 2.6]', 'none'."""
    if pairing.found is None:
        return "none"
    leader, _, at = pairing.found
    if at.at is None:
        return "none"
    start = "from" if leader == pairing.a else "behind from"
    return f"{start} {level(at.at)}{span(at.span)}"


def answer_sentence(pairing: Pairing, a: str, b: str, dial: str) -> str:
    """The severity from which on model a or b is ahead, or that there is none, in words."""
    one, delta = pairing.along, pairing.along.ahead.delta
    if pairing.found is None:
        return (
            f"On the {dial} dial **no juncture found**: at its end neither *{a}* nor *{b}* is "
            f"ahead by {delta:g}.{_lost(one, a, b)}"
        )
    leader, _, at = pairing.found
    first, second = (a, b) if leader == pairing.a else (b, a)
    start = f"from severity {level(at.at)} on" if at.at else "from the untouched picture on"
    return (
        f"On the {dial} dial **{first}** is ahead of *{second}* by at least {delta:g} "
        f"**{start}{span(at.span)}**.{_lost(one, a, b)}"
    )


def _lost(one: Along, a: str, b: str) -> str:
    """A sentence for each lead that was large enough but did not last."""
    difference = np.array(one.difference.mean)
    sentences = []
    for who, lead in ((a, difference), (b, -difference)):
        for start, end in leads(one.severities, lead, one.ahead.delta):
            if end < one.severities[-1]:
                within = [
                    value
                    for value, severity in zip(lead, one.severities, strict=True)
                    if start <= severity <= end
                ]
                sentences.append(
                    f" From {level(start)} to {level(end)} **{who}** is ahead, by up to "
                    f"{max(within, default=one.ahead.delta):.3f}, and loses that again."
                )
    return "".join(sentences)


def certainty(pairing: Pairing, a: str, b: str) -> str:
    """The number of pictures, the mean lead, and how often other cars contradict the answer."""
    one = pairing.along
    looked = f"{counted(one.n, 'picture')} of {counted(one.clusters, 'car')}"
    size, interval = mean_lead(one)
    lead = f"over the whole dial *{a}* scores {amount(abs(size), _turned(size, interval))} Dice "
    lead += f"{'more' if size >= 0 else 'less'} than *{b}* on average"
    if interval is None:
        return f"{looked}: {lead}. Fewer than {FEWEST} cars are too few for intervals."
    return f"{looked}: {lead}.{_otherwise(pairing, a, b)}"


def runs_sentence(runs: tuple[int, int], each: Sequence[Pairing], a: str, b: str) -> str:
    """How many training runs of the recipes titled a and b are averaged, and the juncture of each.

    Args:
        each: ``junctures.run_by_run``.
    """
    if runs == (1, 1):
        return f"*{a}* and *{b}* were trained once each: the juncture of other runs is not known."
    text = f"Averaged picture by picture over {counted(runs[0], 'training run')} of *{a}* and "
    text += f"{counted(runs[1], 'run')} of *{b}*."
    if len(each) > 1:
        text += f" Run against run: {', '.join(juncture_range(pairing) for pairing in each)}."
    return text


def mean_lead(one: Along) -> tuple[float, Interval | None]:
    """The area between the curves over the length of the dial: A's mean lead in Dice."""
    length, ends = one.severities[-1] - one.severities[0], one.area_interval
    return one.area / length, ends and Interval(ends.low / length, ends.high / length)


def _turned(size: float, interval: Interval | None) -> Interval | None:
    """The interval of the magnitude: both ends change sign if ``size`` is negative."""
    return -interval if interval and size < 0 else interval


def _otherwise(pairing: Pairing, a: str, b: str) -> str:
    """How many resamples contradict the answer, if they are more than ``UNSURE``."""
    if pairing.found is not None:
        never = pairing.found[2].never or 0
        return f" With other cars there may be none: {_share(never)}." if never > UNSURE else ""
    sides = ((a, pairing.along.ahead), (b, pairing.along.behind))
    who, chance = max(((name, 1 - (j.never or 0)) for name, j in sides), key=lambda side: side[1])
    if chance <= UNSURE:
        return ""
    return f" With other cars *{who}* may get ahead to stay: {_share(chance)}."


def _share(value: float) -> str:
    return f"{100 * value:.0f} % of the resamples"


def exposed(dial: Dial, met: Set[str] | None) -> str:
    """Whether training has seen the dial's effects: 'seen', 'unseen' or 'partly seen'.

    '' if the training is not recorded.
    """
    if met is None:
        return ""
    number = sum(name in met for name in dial.effects)
    return "unseen" if not number else "seen" if number == len(dial.effects) else "partly seen"


def exposure_counts(dial: Dial, met: Mapping[str, Set[str] | None]) -> str:
    """How many of the dial's effects the training of each model has seen, by title."""
    number = counted(len(dial.effects), "effect")
    if all(names is not None and not names & set(dial.effects) for names in met.values()):
        return f"None of these models has seen the dial's {number} in training."
    parts = [
        f"{title}: {'not recorded' if names is None else sum(n in names for n in dial.effects)}"
        for title, names in met.items()
    ]
    return f"How many of the dial's {number} each has seen in training: {'; '.join(parts)}."


def exposure_lines(dial: Dial, met: Mapping[str, Set[str] | None]) -> str:
    """A list of the dial's effects that the training of each model has seen, by title.

    None stands for a training that is not recorded.
    """
    alike: dict[str, list[str]] = {}
    for title, names in met.items():
        alike.setdefault(_met(dial, names), []).append(title)
    return "\n".join(f"- {', '.join(titles)}: {words}" for words, titles in alike.items())


def _met(dial: Dial, names: Set[str] | None) -> str:
    if names is None:
        return "not recorded."
    both = [[n for n in dial.effects if (n in names) is wanted] for wanted in (True, False)]
    seen, unseen = (", ".join(EFFECTS[n].title.lower() for n in some) for some in both)
    if not seen or not unseen:
        return f"**{'all' if seen else 'none'}** of it seen in training."
    return f"seen in training: **{seen}**; not seen: **{unseen}**."
