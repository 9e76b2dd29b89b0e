"""The figures in the documents' sentences are those of the pages, made by the same functions.

The tables of the documents have a test of their own (``analysis/test_readme_table.py``).
"""

import re
from functools import cache

import pytest

from carseg.analysis.boards import STREET, STUDIO, WEB, Board, board
from carseg.analysis.effects import recipe_effect, square
from carseg.analysis.frames import per_picture
from carseg.analysis.junctures import RecipeCurve, comparable, recipe_curves, run_by_run
from carseg.analysis.numbers import amount, dice, level
from carseg.analysis.recipes import superseded
from carseg.analysis.stress import order_agreement, stress_means, versus
from carseg.core.settings import ROOT
from carseg.models.checkpoint import shelf
from carseg.results import shipped_scores
from carseg.results.stress import shipped_stress
from carseg.train.families import FAMILIES
from carseg.ui.juncture.sentences import juncture_range, span

WEIGHTS = ROOT / "weights"
LIGHT = "unet-mobilenetv2"
PLACES = {"studio": STUDIO, "photo": STREET, "web": WEB}


RANDOM = f"{LIGHT}-random"


@cache
def boards() -> dict[str, Board]:
    """The scores of all networks that enter comparisons."""
    apart = superseded(shelf(WEIGHTS).known)
    pictures = per_picture(s for s in shipped_scores(WEIGHTS) if s.model not in apart)
    return {place: board(pictures, at) for place, at in PLACES.items()}


def apart(a: str, b: str, place: str) -> str:
    """The difference of two recipes with its interval, as the Dice table's page shows it."""
    found = recipe_effect(boards()[place], (a, b), (1, -1))
    assert found is not None, f"{a} and {b} have no scores on {place}"
    return amount(found.difference, found.interval)


def lead(a: str, b: str, place: str) -> str:
    """The same without the interval."""
    return apart(a, b, place).split(" ")[0]


@cache
def curves(dial: str = "combined") -> dict[str, RecipeCurve]:
    """The recipes along a dial; the first one applies everything at once."""
    known = shelf(WEIGHTS).known
    left_out = superseded(known)
    measured = (one for one in shipped_stress(WEIGHTS) if one.model not in left_out)
    sets, _ = comparable(measured, dial)
    return {one.model: one for one in recipe_curves(sets)}


def start_of(a: str, b: str) -> str:
    """From where on a is ahead of b along the dial: '0.7 [0.6, 1.2]'."""
    along = curves()
    found = versus(along[a], along[b]).found
    assert found is not None, f"neither {a} nor {b} is ahead"
    assert found[0] == a
    return f"{level(found[2].at)}{span(found[2].span)}"


def tau(dial: str = "combined") -> str:
    """Kendall's tau between a dial and the street, and over how many recipes."""
    along = curves(dial)
    means = boards()["photo"].dice.mean()
    street = {m: sum(means[r.model] for r in c.runs) / len(c.runs) for m, c in along.items()}
    found = order_agreement(stress_means(along.values(), dial), street)
    return f"{found.tau:+.2f} over {found.n} recipes"


def run_junctures() -> str:
    """The juncture of the light pair, run against run."""
    along = curves()
    each = run_by_run(along[LIGHT], along[RANDOM])
    return ", ".join(juncture_range(pairing).removeprefix("from ") for pairing in each)


def overlap(place: str) -> str:
    """What pretraining gives with studio views less what it gives with street views."""
    family = next(one for one in FAMILIES if one.corners[0] == f"{LIGHT}-random")
    effect = square(boards()[place], family).effects["Interaction"]
    return amount(-effect.difference, None if effect.interval is None else -effect.interval)


def runs_apart(place: str) -> str:
    """How far the runs of one recipe lie apart at most, of the light pair."""
    here = boards()[place]
    spreads = recipe_effect(here, (LIGHT, RANDOM), (1, -1)).spreads
    return dice(max(spread.high - spread.low for spread in spreads))


STREET_VIEWS = f"{LIGHT}-street"
FIGURES = {
    "pre studio": lambda: apart(LIGHT, RANDOM, "studio"),
    "pre photo": lambda: apart(LIGHT, RANDOM, "photo"),
    "pre web": lambda: apart(LIGHT, RANDOM, "web"),
    "pre studio short": lambda: lead(LIGHT, RANDOM, "studio"),
    "pre photo short": lambda: lead(LIGHT, RANDOM, "photo"),
    "pre web short": lambda: lead(LIGHT, RANDOM, "web"),
    "views photo": lambda: apart(STREET_VIEWS, LIGHT, "photo"),
    "views photo short": lambda: lead(STREET_VIEWS, LIGHT, "photo"),
    "views web": lambda: apart(STREET_VIEWS, LIGHT, "web"),
    "views studio loss": lambda: apart(LIGHT, STREET_VIEWS, "studio"),
    "random views studio loss": lambda: apart(RANDOM, f"{RANDOM}-street", "studio"),
    "pre with views photo": lambda: apart(STREET_VIEWS, f"{RANDOM}-street", "photo"),
    "pre with views web short": lambda: lead(STREET_VIEWS, f"{RANDOM}-street", "web"),
    "overlap photo": lambda: overlap("photo"),
    "runs studio": lambda: runs_apart("studio"),
    "runs photo": lambda: runs_apart("photo"),
    "runs web": lambda: runs_apart("web"),
    "vgg studio": lambda: apart("unet-vgg16-finetuned", "unet-vgg16-random", "studio"),
    "vgg photo": lambda: apart("unet-vgg16-finetuned", "unet-vgg16-random", "photo"),
    "vgg web behind": lambda: apart("unet-vgg16-random", "unet-vgg16-finetuned", "web"),
    "frozen photo": lambda: apart("unet-vgg16", "unet-vgg16-finetuned", "photo"),
    "frozen web": lambda: apart("unet-vgg16", "unet-vgg16-finetuned", "web"),
    "tuned studio": lambda: apart("unet-vgg16-finetuned", "unet-vgg16", "studio"),
    "tuned behind": lambda: apart("unet-scratch", "unet-vgg16-finetuned", "photo"),
    "frozen ahead": lambda: apart("unet-vgg16", "unet-scratch", "photo"),
    "trans photo": lambda: apart("transunet-dilated", "transunet-dilated-without", "photo"),
    "trans web": lambda: apart("transunet-dilated", "transunet-dilated-without", "web"),
    "trans studio loss": lambda: apart("transunet-dilated-without", "transunet-dilated", "studio"),
    "without photo": lambda: apart("transunet-dilated-without", "unet-scratch", "photo"),
    "without web": lambda: apart("transunet-dilated-without", "unet-scratch", "web"),
    "without studio loss": lambda: apart("unet-scratch", "transunet-dilated-without", "studio"),
    "vgg views photo": lambda: apart("unet-vgg16-street", "unet-vgg16-finetuned", "photo"),
    "vgg views web": lambda: apart("unet-vgg16-street", "unet-vgg16-finetuned", "web"),
    "vgg views loss": lambda: apart("unet-vgg16-finetuned", "unet-vgg16-street", "studio"),
    "scratch views photo": lambda: apart("unet-scratch-street", "unet-scratch", "photo"),
    "scratch views web": lambda: apart("unet-scratch-street", "unet-scratch", "web"),
    "scratch views loss": lambda: apart("unet-scratch", "unet-scratch-street", "studio"),
    "both photo": lambda: apart("unet-vgg16-street", "unet-scratch-street", "photo"),
    "both studio": lambda: apart("unet-vgg16-street", "unet-scratch-street", "studio"),
    "both web": lambda: apart("unet-vgg16-street", "unet-scratch-street", "web"),
    "best photo": lambda: apart("street-best", STREET_VIEWS, "photo"),
    "best web": lambda: apart("street-best", STREET_VIEWS, "web"),
    "juncture": lambda: start_of(LIGHT, RANDOM),
    "junctures": run_junctures,
    "views juncture": lambda: start_of(STREET_VIEWS, LIGHT),
    "tau": tau,
    "tau background": lambda: tau("background"),
    "tau weather": lambda: tau("weather"),
}
"""What the sentences state, by name."""

CLAIMS = {
    "README.md": (
        "Pretraining gives {pre studio short} Dice in the studio and {pre photo short} on",
        "give the pretrained network another {views photo short} there",
    ),
    "weights/README.md": (
        "pretraining gives {pre studio} Dice on the test cars and {pre photo} on `street-photo`",
        "more than the {runs studio} and {runs photo} by which runs of one recipe differ at most",
        "On `street-web` it gives {pre web}, but there",
        "lie up to {runs studio} apart in the studio, {runs photo} on `street-photo` and "
        "{runs web} on `street-web`",
        "Pretraining gives {vgg studio} on the test cars and {vgg photo} on `street-photo`",
        "the pretrained network is {vgg web behind} *behind*",
        "it has {frozen photo} Dice less on `street-photo` and {frozen web} less on `street-web`, "
        "for {tuned studio} more in the studio",
        "it is even {tuned behind} behind `unet-scratch`, and the frozen one is {frozen ahead} "
        "ahead of that",
        "It is {trans photo} ahead of the same network without a transformer on `street-photo`, "
        "{trans web} on `street-web`, and {trans studio loss} behind it in the studio",
        "the two differ by {without photo} and {without web} on the street, "
        "and it is {without studio loss} behind in the studio",
        "From severity {juncture} of 5 on",
        "Run against run the point is {junctures}:",
        "ahead of studio views from {views juncture} on",
        "is {tau}",
        "Background alone does nearly as well ({tau background})",
        "Weather alone does not ({tau weather},",
        "MobileNetV2 gains {views photo} on `street-photo` and {views web} on `street-web`, and "
        "loses {views studio loss} in the studio",
        "gains {vgg views photo} and {vgg views web}, and loses {vgg views loss}",
        "scratch U-Net gains {scratch views photo} and {scratch views web}, but loses "
        "{scratch views loss}",
        "pretraining gives {pre photo short} with studio views and {pre with views photo} with "
        "street views: the two overlap by {overlap photo}",
        "they do not overlap ({pre web short} and {pre with views web short})",
        "cost a network from a random start {random views studio loss} there, and one from "
        "ImageNet {views studio loss}",
        "the tuned VGG16 is {tuned behind} behind the scratch U-Net",
        "With street views it is {both photo} ahead there, {both studio} ahead in the studio, and "
        "{both web} ahead on `street-web`",
        "It has {best photo} and {best web} more than `unet-mobilenetv2-street`",
    ),
}
"""Pieces of sentences, with the names of their figures."""


def filled(claim: str) -> str:
    return re.sub(r"\{([^}]+)\}", lambda name: FIGURES[name[1]](), claim)


@pytest.mark.parametrize(
    ("document", "claim"), [(name, claim) for name, some in CLAIMS.items() for claim in some]
)
def test_a_document_states_what_the_counts_say(document: str, claim: str):
    text = " ".join((ROOT / document).read_text(encoding="utf-8").split())
    assert filled(claim) in text


def test_every_figure_is_stated():
    stated = "".join(claim for some in CLAIMS.values() for claim in some)
    assert [name for name in FIGURES if f"{{{name}}}" not in stated] == []
