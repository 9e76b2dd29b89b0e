"""Sentences about scores, made from the numbers. Markdown; names must be escaped."""

from collections.abc import Iterable, Mapping

from carseg.analysis.boards import SIGNIFICANCE, STREET, STUDIO, WEB, Benchmark, is_real
from carseg.analysis.effects import RecipeEffect
from carseg.analysis.numbers import amount, dice
from carseg.analysis.recipes import isolates
from carseg.stats import TIE, Comparison, Interval

TINY = 1e-9
"""Differences below this are due to rounding."""

GRID_NAMES = {"native": "own size", "stored": "stored size"}
"""Grids that have a name instead of a size."""


def chance(p: float) -> str:
    """'p = 0.50', 'p = 0.003', 'p < 0.001'."""
    if p < 0.001:
        return "p < 0.001"
    return f"p = {p:.2f}" if p >= 0.01 else f"p = {p:.3f}"


def counted(number: int, thing: str) -> str:
    """'1 picture', '96 pictures'."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def number_ranges(numbers: Iterable[int]) -> str:
    """Rising whole numbers: 1, 4, 5, 6 is '1 and 4 to 6'."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return " and ".join(f"{r[0]} to {r[-1]}" if len(r) > 1 else str(r[0]) for r in runs)


def where(benchmark: Benchmark) -> str:
    """The set in words: 'in the studio', 'on street-photo', 'on mine at 512x512'."""
    if benchmark == STUDIO:
        return "in the studio"
    if benchmark.set == STUDIO.set:
        return f"in the studio at {benchmark.grid}"
    return f"on {benchmark.set}" + ("" if benchmark in (STREET, WEB) else f" at {benchmark.grid}")


def label(benchmark: Benchmark) -> str:
    """A set and its grid, for a list of choices."""
    return f"{benchmark.set}, {GRID_NAMES.get(benchmark.grid, benchmark.grid)}"


def evidence(n: int, clusters: int, benchmark: Benchmark) -> str:
    """The number of pictures: '512 pictures of 32 cars', '96 pictures in 71 scenes'."""
    pictures = counted(n, "picture")
    if clusters == n:
        return f"{pictures}, each counted as a scene of its own"
    if benchmark.set.startswith("carvana"):
        return f"{pictures} of {counted(clusters, 'car')}"
    return f"{pictures} in {counted(clusters, 'scene')}"


def verdict(
    a: str, b: str, benchmark: Benchmark, found: Comparison, *, adjusted: float, pairs: int
) -> str:
    """The result of models titled a and b on a set: one clause, without a full stop.

    ``adjusted`` is the p-value after Holm over ``pairs`` pairs.
    """
    better = a if found.difference > 0 else b
    size, interval = abs(found.difference), _turned(found)
    here, seen = where(benchmark), evidence(found.n, found.clusters, benchmark)
    if interval is None:
        return f"{here} {seen} are too few to tell (mean difference {amount(size, None)})"
    if size < TINY and interval.width < TINY:
        return f"{here} the two score the same"
    if is_real(found, adjusted):
        return f"**{better} is better** {here} by **{amount(size, interval)}**, {seen}"
    if found.p <= SIGNIFICANCE:
        return (
            f"{here} {better} scores higher by {amount(size, interval)} ({chance(found.p)}), but "
            f"among {counted(pairs, 'pair')} chance alone may do that (adjusted {chance(adjusted)})"
        )
    return f"{here} the difference of {amount(size, interval)} is within noise ({chance(found.p)})"


def _turned(found: Comparison) -> Interval | None:
    """The interval of the better model's lead."""
    if found.interval is None or found.difference >= 0:
        return found.interval
    return -found.interval


def sentence(clauses: Iterable[str]) -> str:
    """Clauses as one sentence with a capital letter and a full stop."""
    text = "; ".join(clauses)
    first = next((i for i, c in enumerate(text) if c.isalpha()), 0)
    return f"{text[:first]}{text[first : first + 1].upper()}{text[first + 1 :]}."


def record(found: Comparison, adjusted: float, pairs: int, models: int) -> str:
    """Wins, ties and losses of A, the p-value, and the adjusted p-value."""
    text = (
        f"A is better on {counted(found.wins, 'picture')}, B on {found.losses:,}; on "
        f"{found.ties:,} they differ by less than {TIE:g}. Sign flips of whole cars or scenes "
        f"give {chance(found.p)}"
    )
    if pairs == 1:
        return f"{text}; it is the only pair on this set, so there is nothing to adjust for."
    return (
        f"{text}; adjusted (Holm) for all {pairs:,} pairs of the {models} checkpoints measured on "
        f"this set, whatever is chosen or filtered, {chance(adjusted)}."
    )


def isolation(differing: Mapping[str, tuple[str, str]], a: str, b: str) -> tuple[bool, str]:
    """Whether a pair isolates one cause, and a sentence that names it, or says why not."""
    if not differing:
        return True, "Both were made the same way: what differs between them is chance."
    listed = ", ".join(f"{k}{_numbers(k, *pair)}" for k, pair in differing.items())
    if one := isolates(differing):
        return True, f"This pair shows {one}: it differs in {listed} and in nothing else recorded."
    return False, (
        f"{a} and {b} differ in {counted(len(differing), 'thing')} ({listed}), so no single one of "
        "them explains the difference."
    )


def _numbers(label: str, first: str, second: str) -> str:
    return f" ({first} against {second})" if label == "pictures seen" else ""


def seeds_sentence(found: RecipeEffect | None, a: str, b: str) -> str:
    """The spread over training seeds of recipes titled a and b, in words."""
    if found is None:
        return ""
    numbers = [spread.n for spread in found.spreads]
    if max(numbers) == 1:
        return (
            "Each was trained once: whether another seed would turn the result is not known. "
            "An effect of the recipe is claimed only where it exceeds the spread over seeds."
        )
    parts = ", ".join(
        f"{title}: {counted(s.n, 'seed')}, mean Dice {dice(s.low)} to {dice(s.high)}"
        for title, s in zip((a, b), found.spreads, strict=True)
    )
    size = amount(found.difference, found.interval, signed=True)
    if min(numbers) == 1:
        return f"Over seeds ({parts}) the difference is {size}; one of them was trained only once."
    holds = "exceeds" if found.exceeds else "does not exceed"
    return (
        f"Over seeds ({parts}) the difference is {size}: it {holds} both the picture interval and "
        "the spread over seeds."
    )


def effect_sentence(name: str, found: RecipeEffect, adjusted: float) -> str:
    """One effect of the square in words, Markdown."""
    size = amount(found.difference, found.interval, signed=True)
    if found.interval is None:
        return f"**{name}**: {size}; too few pictures to say more."
    if not (found.interval.excludes(0) and adjusted <= SIGNIFICANCE):
        return f"**{name}**: {size}, within noise ({chance(adjusted)})."
    if name == "Interaction":
        more = "more" if found.difference > 0 else "less"
        return (
            f"**{name}**: pretraining buys {more} with street views than with studio views, {size}."
        )
    return (
        f"**{name}**: {'helps' if found.difference > 0 else 'hurts'}, {size} ({chance(adjusted)})."
    )
