"""The same photo through both networks of the pair, side by side."""

from collections.abc import Mapping, Sequence

import streamlit as st

from carseg.compositing.views import VIEWS, Look
from carseg.data.samples import SamplePicture, sample_titles, samples
from carseg.inference.predictor import fingerprint
from carseg.models.checkpoint import CheckpointError, Config
from carseg.service.truth import score_against_truth, truth_for
from carseg.service.workshop import Ask, photo_of
from carseg.ui.shared import state
from carseg.ui.shared.choices import worded
from carseg.ui.shared.links import LINKED
from carseg.ui.shared.markdown import plain, shown

FIRST = "street/sedan-sunny"
"""The picture that is shown first."""
_VIEWS = {name: VIEWS[name] for name in ("overlay", "cutout")}


def street_samples() -> dict[str, SamplePicture]:
    """The sample pictures of streets that have a true mask, by name."""
    return {k: s for k, s in samples().items() if s.group == "street" and s.mask is not None}


def panel(pair: Sequence[str], usable: Mapping[str, Config], titles: Mapping[str, str]) -> None:
    """The choice of a picture and of a view, and the picture as both networks see it."""
    pictures = street_samples()
    missing = [name for name in pair if name not in usable]
    if missing or not pictures:
        st.caption(_why_not(missing))
        return
    name, view = _choose(pictures)
    sample = pictures[name]
    with st.spinner("Looking for the car ..."):
        for column, model in zip(st.columns(2, gap="small"), pair, strict=True):
            with column:
                _face(sample, usable[model], view, titles[model])
    st.caption(
        "One rendered street and one training run of each: an example that shows what the numbers "
        "mean, not a proof."
    )


def _why_not(missing: Sequence[str]) -> str:
    if not missing:
        return "This copy has no sample pictures to show the two on."
    listed = ", ".join(f"`carseg pull {name}`" for name in missing)
    return f"Photos need the weights of both networks. To fetch what is not here: {listed}."


def _choose(pictures: Mapping[str, SamplePicture]) -> tuple[str, str]:
    titles = {k: v for k, v in sample_titles(samples()).items() if k in pictures}
    names = list(titles)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "The same picture through both",
            names,
            names.index(FIRST) if FIRST in names else 0,
            format_func=worded(titles),
            key="j-photo",
            width=260,
            **LINKED,
        )
        view = st.segmented_control(
            "Seen as",
            list(_VIEWS),
            format_func=worded(_VIEWS),
            default="overlay",
            required=True,
            key="j-look",
            **LINKED,
        )
    return name, view


def _face(sample: SamplePicture, config: Config, view: str, title: str) -> None:
    """The picture as one network sees it, and its Dice against the true mask."""
    shop, photo, look = state.workshop(), photo_of(sample), Look()
    ask = Ask(photo, config.name, fingerprint(config))
    try:
        picture = shop.shown(ask, view, look)
        score = shop.store.get_or_make(("pair", *ask.key), lambda: _dice(sample, ask))
    except CheckpointError as error:
        st.error(shown(str(error)))
        return
    alt = f"{VIEWS[view]} by {title} of {sample.title}: Dice {score:.3f}"
    st.image(picture, width="stretch", alt=alt)
    st.markdown(f"{plain(title)}: Dice **{score:.3f}**")


def _dice(sample: SamplePicture, ask: Ask) -> float:
    assert sample.mask is not None, "only samples with a true mask are offered"
    data = sample.mask.read_bytes()
    truth = truth_for(state.workshop(), ask.photo, sample.mask.name, data)
    return score_against_truth(state.workshop(), ask, Look(), truth).counts.dice
