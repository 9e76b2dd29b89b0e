"""Present: full screen for a talk; pictures by arrow keys, models by a key that is held."""

import streamlit as st

from carseg.compositing.views import VIEWS
from carseg.data.samples import one_of_each, samples
from carseg.models.checkpoint import CheckpointError, Config
from carseg.service.workshop import Photo
from carseg.ui.components.talk import present
from carseg.ui.present.ahead import Talk
from carseg.ui.shared import add_pictures, state
from carseg.ui.shared.choices import worded
from carseg.ui.shared.links import LINKED
from carseg.ui.shared.markdown import shown
from carseg.ui.shared.streamlit_internals import restart_through_app, run_again
from carseg.ui.shared.tray import Tray, bring_sample, tray

KEYS = """\
| key | what happens |
| --- | --- |
| right and left arrow, Page Down and Page Up (a presenter's clicker) | next and last picture |
| hold the space bar | the next model, while it is held |
| hold 1, 2, 3 ... | that model, while it is held |
| hold o | the photo alone |
| m | stay with the next model |
| Escape | back to this page |

On a touch screen: tap right or left to step, hold a finger down to see the next model."""


def _choose(here: Tray, known: dict[str, Config]) -> tuple[list[Photo], list[str], str]:
    """Draw the choice of pictures, models and view."""
    pictures = st.multiselect(
        "Pictures, in the order of the talk",
        list(here.photos),
        default=list(here.photos),
        # The key depends on the tray: another tray starts with another choice.
        key=f"talk-pictures-{here.round}-{len(here.photos)}",
        # Plain titles, because this widget does not read Markdown.
        format_func=lambda photo_id: add_pictures.short(here.photos[photo_id].name, 40),
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        models = st.multiselect(
            "Models, in the order of the number keys",
            list(known),
            default=state.opening(known),
            key="talk-models",
            format_func=lambda name: known[name].title,
            max_selections=9,
            **LINKED,
        )
        view = st.segmented_control(
            "As",
            list(VIEWS),
            format_func=worded(VIEWS),
            default="overlay",
            required=True,
            key="talk-view",
            wrap=True,
            **LINKED,
        )
    return [here.photos[photo_id] for photo_id in pictures], models, view


def show(talk: Talk) -> None:
    """The talk as far as it is made; then make more of it and draw it again.

    What is drawn is seen while the next results are made: the first slide stands at once.
    """
    done, total = talk.ready(), len(talk.photos)
    stage = st.container()
    with st.expander("Keys", icon=":material/keyboard:", expanded=True):
        st.markdown(KEYS)
    with stage:
        present(talk.slides())
        words = f"{done} of {total} slides are ready; the others are made while you look."
        st.caption(words if done < total else "All slides are ready.")
    try:
        more = talk.work()
    except CheckpointError as error:
        with stage:
            st.error(shown(str(error)), icon=":material/error:")
        return
    if more:
        run_again()


def sample_cars() -> None:
    """Put a sample picture of every car into the tray."""
    for name in one_of_each(samples()):
        bring_sample(name)


def page() -> None:
    """The whole page."""
    restart_through_app()
    here, known = tray(), state.current_shelf().configs
    with st.container(horizontal=True, vertical_alignment="center", key="header"):
        st.title("Present", anchor=False, width="stretch")
        if samples():
            st.button(
                "Add the samples",
                key="add-samples",
                icon=":material/directions_car:",
                on_click=sample_cars,
            )
        with st.popover("Add pictures", icon=":material/add_photo_alternate:", key="talk-add"):
            add_pictures.add_pictures("talk")
    st.markdown(
        "For a talk: one picture at a time on the whole screen, in large type, without controls. "
        "Hold a key to see the result of another model on the same picture."
    )
    add_pictures.problems_above("talk")
    if not known:
        state.no_models()
        return
    if not here.photos:
        st.info(
            "No picture yet. Pictures that you add in Compare appear here too.",
            icon=":material/add_photo_alternate:",
        )
        return
    photos, models, view = _choose(here, known)
    if not photos or not models:
        st.info("Choose at least one picture and one model.", icon=":material/arrow_upward:")
        return
    masks = {photo_id: data for photo_id, (_, data) in here.truths.items()}
    show(Talk(state.workshop(), photos, [known[name] for name in models], view, masks))


page()
