"""The tab where a visitor measures models on their own pictures with masks."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from carseg.data.archive import Found
from carseg.data.pairs import DataError
from carseg.data.set_names import LONGEST_NAME, name_problem
from carseg.imaging.car_choice import CarChoice, Label
from carseg.imaging.untrusted import PictureError
from carseg.inference.predictor import fingerprint
from carseg.models.checkpoint import CheckpointError
from carseg.service.own_set import GRIDS, Pace, done, evaluate_own_set
from carseg.ui.dice_table.own_set_results import results_of
from carseg.ui.dice_table.own_set_upload import Key, OwnSet, upload_own_set
from carseg.ui.shared import state
from carseg.ui.shared.car_choice import choose_car
from carseg.ui.shared.choices import worded
from carseg.ui.shared.markdown import plain, shown
from carseg.ui.shared.streamlit_internals import run_again
from carseg.ui.shared.tray import DOMAIN_TITLES

_AT_FIRST = 3
"""Models chosen before anyone has chosen."""
TURN = 5.0
"""After this many seconds a running evaluation lets the page respond, and then continues."""


def own_set(titles: dict[str, str]) -> None:
    """Draw the tab. Call it last on the page, and not inside a fragment.

    Models are evaluated inside the run of the page, batch by batch. Anything below would be drawn
    only afterwards, and inside a fragment a click on Stop would not interrupt the evaluation.

    Args:
        titles: the models' titles by name.
    """
    own: OwnSet = st.session_state.setdefault("own-set", OwnSet())
    st.markdown(
        "How well does each model do on **your** pictures? Bring pictures of cars with their true "
        "masks, and they are scored as the shipped sets are."
    )
    st.caption(
        ":material/lock: The machine that runs this app keeps the pictures in a private folder "
        "until you remove them, or until an hour after you have closed this page. Scores with the "
        "names of the pictures stay only if you save them."
    )
    if not state.current_shelf().configs:
        st.info("There is no checkpoint here to measure.", icon=":material/deployed_code:")
        return
    if own.found is None:
        upload_own_set(own)
        return
    _recognised(own, own.found)
    if own.found.unsure:
        _ask_for_car(own, own.found)
        return
    if own.found.doubt and not own.done:
        _offer_other_car(own, own.found)
    models, grid = _choices(own, titles)
    keys = _keys(models, grid)
    _buttons(own, keys)
    progress = st.container()
    for key in keys:
        if key in own.failed:
            st.error(shown(own.failed[key]), icon=":material/error:")
    if ready := [own.done[key] for key in keys if key in own.done]:
        results_of(ready, own.found, titles)
    if own.running:
        with progress:
            _evaluate(own, own.found, keys, titles)


def _recognised(own: OwnSet, found: Found) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/folder_zip: {found.summary(shown)}.", width="stretch")
        if not own.done:
            _remover(own, "Remove these pictures")
            return
        with st.popover("Remove these pictures", icon=":material/delete:"):
            st.markdown("This also removes the scores of these pictures that you have not saved.")
            _remover(own, "Remove pictures and results", type="primary")


def _ask_for_car(own: OwnSet, found: Found) -> None:
    """Where it is not sure which part of the masks is the car: say so, and let people choose."""
    number = sum(bool(item.unsure) for item in found.items)
    st.warning(
        f"In {number:,} of {len(found.items):,} masks it is not sure which part is the car: they "
        "have several labels, or one that is not black or white. Say which is the car; a mask "
        "without it counts as empty."
    )
    _choose_car(own, found, found.unsure)


def _offer_other_car(own: OwnSet, found: Found) -> None:
    """Where another part of the masks may be the car: say so, and let people choose."""
    number = sum(bool(item.doubt) for item in found.items)
    with st.expander(
        f"Is the car right? {number:,} of {len(found.items):,} masks are to be looked at",
        key="own-doubt",
        icon=":material/help:",
    ):
        st.markdown(
            "Here the car has most of the border, or the mask is inverted. If another part is the "
            "car, say which."
        )
        _choose_car(own, found, found.doubt)


def _choose_car(own: OwnSet, found: Found, labels: tuple[Label, ...]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = choose_car(labels, "own-car")
        st.button(
            "Use these masks",
            key="own-car-use",
            on_click=_use_car,
            args=(own, found, tuple(chosen)),
            disabled=not chosen,
            type="primary",
            icon=":material/check:",
        )


def _use_car(own: OwnSet, found: Found, chosen: tuple[str, ...]) -> None:
    own.problem = ""
    try:
        own.found = found.with_car(CarChoice(chosen))
    except (DataError, PictureError) as error:
        own.problem = str(error)


def _remover(own: OwnSet, label: str, **look: Any) -> None:
    st.button(
        label,
        key="own-remove",
        on_click=_remove,
        args=(own,),
        icon=":material/delete:",
        help="Deletes the pictures, and their scores that are not saved.",
        **look,
    )


def _remove(own: OwnSet) -> None:
    if own.found is not None:
        own.found.folder.cleanup()
    st.session_state["own-set"] = OwnSet(round=own.round)


def _choices(own: OwnSet, titles: Mapping[str, str]) -> tuple[list[str], str]:
    """Models and grid. The set's name and kind of photo may change at any time."""
    known = list(state.current_shelf().configs)
    models = st.multiselect(
        "Models",
        known,
        known[:_AT_FIRST],
        format_func=worded(titles),
        key="own-models",
        disabled=own.running,
        persist_state="session",
    )
    with st.container(horizontal=True, gap="medium"):
        grid = st.segmented_control(
            "Compare masks at",
            list(GRIDS),
            default="native",
            required=True,
            format_func=worded(GRIDS),
            key="own-grid",
            disabled=own.running,
            persist_state="session",
        )
        st.segmented_control(
            "Kind of photo",
            list(DOMAIN_TITLES),
            default="street",
            required=True,
            format_func=worded(DOMAIN_TITLES),
            key="own-domain",
            persist_state="session",
        )
        name = st.text_input(
            "Name of the set",
            key="own-name",
            max_chars=LONGEST_NAME,
            width=260,
            persist_state="session",
        )
    if problem := name_problem(name.strip()):
        st.error(shown(problem))
    return models, grid


def _keys(models: Sequence[str], grid: str) -> list[Key]:
    configs = state.current_shelf().configs
    with_engine = f" {state.chosen_engine()}"
    return [
        (name, fingerprint(configs[name]) + with_engine, grid) for name in models if name in configs
    ]


def _left(own: OwnSet, keys: Sequence[Key]) -> list[Key]:
    return [key for key in keys if key not in own.done and key not in own.failed]


def _buttons(own: OwnSet, keys: Sequence[Key]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Go on" if own.stopped else "Start",
            key="own-start",
            type="primary",
            on_click=_start,
            args=(own,),
            disabled=own.running or all(key in own.done for key in keys),
            icon=":material/play_arrow:",
        )
        st.button(
            "Stop",
            key="own-stop",
            on_click=_stop,
            args=(own,),
            disabled=not own.running,
            icon=":material/stop:",
        )
        if own.running:
            st.caption("This continues while the page is open, and when you come back to it.")
        elif own.stopped:
            st.caption("Stopped. Finished pictures are kept; *Go on* continues from there.")
        elif not keys:
            st.caption("Choose a model.")


def _start(own: OwnSet) -> None:
    own.running, own.stopped, own.failed = True, False, {}


def _stop(own: OwnSet) -> None:
    own.running, own.stopped = False, True


def _evaluate(own: OwnSet, found: Found, keys: Sequence[Key], titles: Mapping[str, str]) -> None:
    """Evaluate the next chosen model that is not done; then draw the page again with its results.

    A click ends this run of the page at the next update of the progress, which follows each saved
    batch. The next run continues from there, unless the click was on Stop. A click inside a
    fragment does not end a run, so the run ends itself every ``TURN`` seconds.
    """
    left = _left(own, keys)
    if left:
        key, grid = left[0], left[0][-1]
        began, before = time.monotonic(), own.paces.get(key)
        title = f"{plain(titles.get(key[0], key[0]))} ({keys.index(key) + 1} of {len(keys)})"
        reached = before.done / before.total if before else 0.0
        bar = st.progress(reached, f"{title}: {before.words() if before else 'starting'}")

        def step(pace: Pace) -> None:
            own.paces[key] = pace
            if pace.moved or before is None:
                bar.progress(pace.done / pace.total, f"{title}: {pace.words()}")
            if pace.moved and time.monotonic() - began >= TURN:
                run_again()

        try:
            result = evaluate_own_set(
                state.predictor(), found, key[0], grid, show=step, before=before
            )
            own.done[key] = done(result)
        except CheckpointError as error:
            own.failed[key] = str(error)
        except (DataError, PictureError, OSError):
            own.failed[key] = (
                "The folder of this set can no longer be used: remove the pictures and send them "
                "again."
            )
        except Exception:
            # Remembered, so that it is not tried again at every click.
            own.running = False
            raise
    own.running = bool(_left(own, keys))
    run_again()
