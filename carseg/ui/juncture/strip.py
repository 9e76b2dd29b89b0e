"""The strip: one car at every severity of the dial, with the outline of each model."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from carseg.compositing.backgrounds import Colour
from carseg.compositing.views import hex_colour
from carseg.core import settings
from carseg.dials import EFFECTS, Dial
from carseg.inference.predictor import fingerprint
from carseg.models.checkpoint import CheckpointError, Config
from carseg.service.dial_strip import (
    TRUE,
    Car,
    Strip,
    borrowed_backgrounds,
    car_with_truth,
    found_by,
)
from carseg.ui.components.viewer import Pane, viewer
from carseg.ui.juncture import strip_scores
from carseg.ui.juncture.figures import MOST_CURVES, Mark, palette
from carseg.ui.juncture.strip_subject import Subject, choose_subject
from carseg.ui.shared import media, state
from carseg.ui.shared.legend import legend
from carseg.ui.shared.links import LINKED
from carseg.ui.shared.markdown import plain, shown

SEVERITY = "j-severity"
_FIRST = 2.0
"""The severity that is shown first."""


def gets(dial: Dial, picture: str, seed: int) -> str:
    """The effects that this picture gets, in words."""
    names = [EFFECTS[name].title.lower() for name in dial.chosen(picture, seed)]
    return f"This car gets: {', '.join(names)}."


def against_truth(name: str) -> str:
    """Explains the score if the true mask is known."""
    return f"Dice of each mask against {name}, which goes through the dial with the picture."


def against_itself(finder: str) -> str:
    """Explains self-consistency, which is shown if no true mask is known."""
    return (
        "This picture has no true mask, so there is **no verdict**. Self-consistency is the Dice "
        "of a model's mask against its own mask of the untouched picture, which moves with the "
        "picture, loses what is hidden and gains what is added. A model that is wrong from the "
        "start may be perfectly consistent. Dials that must know where the car is use the mask "
        f"that {finder} finds in the untouched picture."
    )


def no_car(titles: list[str]) -> str:
    """Names the models that find no car in the untouched picture."""
    return f"No car found in the untouched picture by {', '.join(titles)}: nothing to follow."


@st.fragment
def panel(
    dial: Dial,
    known: Mapping[str, Config],
    titles: Mapping[str, str],
    first: list[str],
    marks: Mapping[str, Mark],
) -> None:
    """The car, the choice of models, the slider, the picture and its scores.

    Args:
        known: models that can be run.  first: the models that are shown at first.
        marks: the marks of the models in the curves; their colours are used here too.
    """
    if not known:
        state.no_models()
        return
    subject = choose_subject()
    if subject is None:
        return
    models, finder, seed = _choices(list(known), titles, first, subject)
    if not models:
        st.info("Choose at least one model.", icon=":material/arrow_upward:")
        return
    try:
        car = _car(subject, known[finder])
    except CheckpointError as error:
        st.error(shown(str(error)))
        return
    versions = {name: fingerprint(known[name]) for name in models}
    borrowed = borrowed_backgrounds(settings.samples_dir() / "backgrounds")
    strip = Strip(state.workshop(), car, versions, dial, seed, borrowed)
    usable = _look(strip, titles, palette(models, marks))
    _fine_print(strip, subject, usable, titles, titles[finder])


def _choices(
    models: list[str], titles: Mapping[str, str], first: list[str], subject: Subject
) -> tuple[list[str], str, int]:
    """Draw the choices: the models, the model that finds the car, and the seed."""
    left, middle, right = st.columns([4, 2, 1], gap="medium", vertical_alignment="bottom")
    options = {"format_func": titles.get, **LINKED}
    chosen = left.multiselect(
        "Outlines of",
        models,
        default=first,
        key="j-outlines",
        max_selections=MOST_CURVES,
        **options,
    )
    finder = chosen[0] if chosen else ""
    if subject.truth is None and len(chosen) > 1:
        finder = middle.selectbox("The car is found by", chosen, key="j-finder", **options)
    draw = "Another number: another wind, another place."
    seed = right.number_input("Chance", 0, 99, 0, key="j-seed", help=draw, **LINKED)
    return chosen, finder, int(seed)


def _car(subject: Subject, finder: Config) -> Car:
    shop, truth = state.workshop(), subject.truth
    if truth is not None:
        return car_with_truth(shop, subject.photo, truth.mask, truth.id, truth.void)
    return found_by(shop, subject.photo, finder.name, fingerprint(finder))


def _look(strip: Strip, titles: Mapping[str, str], marks: Mapping[str, Mark]) -> list[str]:
    """Slider, picture, scores, all steps; returns the models that can be used."""
    severity = st.slider("Severity", *(0.0, 5.0, _FIRST, 0.5), "%.1f", key=SEVERITY, **LINKED)
    with st.spinner("Looking for the car ...", show_time=True):
        usable = _usable(strip, severity)
    left, right = st.columns([3, 1], gap="medium")
    with right:
        truth = strip.car.true and st.toggle("Outline the true mask", key="j-true", **LINKED)
        colours = {name: hex_colour(marks[name][0]) for name in usable}
        entries = [(colour, titles[name]) for name, colour in colours.items()]
        legend([*entries, *([(TRUE, "true mask")] if truth else [])])
        strip_scores.now(strip, severity, {name: titles[name] for name in usable})
        st.caption(gets(strip.dial, strip.car.photo.id, strip.seed))
    with left:
        _picture(strip, severity, colours, truth, titles)
    _thumbnails(strip, severity)
    if usable:
        strip_scores.steps(strip, {name: titles[name] for name in usable})
    return usable


def _usable(strip: Strip, severity: float) -> list[str]:
    """The models that can be used; each of the others gets one sentence."""
    done = []
    for name in strip.versions:
        try:
            strip.prediction(name, severity)
            strip.prediction(name, 0)
        except CheckpointError as error:
            st.error(shown(str(error)))
        else:
            done.append(name)
    return done


def _picture(
    strip: Strip,
    severity: float,
    colours: Mapping[str, Colour],
    truth: bool,
    titles: Mapping[str, str],
) -> None:
    height, width = strip.car.sample.truth.shape
    url = media.picture_address(strip.shown(severity, colours, truth), "jpeg", "juncture")
    listed = ", ".join(titles[model] for model in colours) or "nobody"
    alt = f"{strip.car.photo.name} at severity {severity:g} of {strip.dial.title}, as outlined by "
    name = f"Severity {severity:g}" if severity else "Untouched"
    pane = Pane("step", url, name, alt + listed, width, height)
    viewer([pane], picture=strip.car.photo.id, mode="single", key="juncture-viewer")


def _thumbnails(strip: Strip, severity: float) -> None:
    with st.container(horizontal=True, key="juncture-steps", gap="small"):
        for step in strip.dial.severities:
            mark = "thumb-on" if step == severity else "thumb-off"
            with st.container(key=f"{mark}-step-{round(10 * step)}", width=118, gap=None):
                st.image(strip.thumbnail(step), width="stretch", alt=f"Severity {step:g}")
                st.button(
                    f"{step:g}" if step else "untouched",
                    key=f"j-step-{round(10 * step)}",
                    on_click=partial(st.session_state.__setitem__, SEVERITY, float(step)),
                    type="tertiary",
                    width="stretch",
                )


def _fine_print(
    strip: Strip, subject: Subject, usable: list[str], titles: Mapping[str, str], finder: str
) -> None:
    if subject.truth is not None:
        st.caption(against_truth(plain(subject.truth.name)))
        return
    st.info(against_itself(plain(finder)), icon=":material/info:")
    if lost := [plain(titles[name]) for name in usable if not strip.finds_a_car(name)]:
        st.caption(no_car(lost))
