"""The work on a batch while it runs: buttons, how far it is, and a table that fills."""

from functools import partial

import pandas as pd
import streamlit as st

from carseg.models.checkpoint import Config
from carseg.service.batch.rows import Row
from carseg.service.batch.work import Plan, Work
from carseg.ui.batch.desk import Desk
from carseg.ui.shared.markdown import shown
from carseg.ui.shared.sentences import counted
from carseg.ui.shared.streamlit_internals import run_again

EVERY = 1.5
"""Seconds between two looks at work that runs."""
SHOWN = 100
"""Rows of the table: a browser gets their thumbnails anew at each look."""
COLUMNS = {
    "thumbnail": st.column_config.ImageColumn("", width=96),
    "picture": st.column_config.TextColumn("Picture", width=150),
    "problem": st.column_config.TextColumn("To check", width="medium"),
    "share": st.column_config.ProgressColumn(
        "Car", format="percent", min_value=0, max_value=1, help="The car's share of the picture."
    ),
    "trust": st.column_config.NumberColumn(
        "Trust",
        format="%.3f",
        width="small",
        help="How little the mask changes if the picture is mirrored or the threshold moves.",
    ),
    "title": st.column_config.TextColumn("Model", width="medium"),
}


def progress(desk: Desk, plan: Plan | None, known: dict[str, Config]) -> None:
    """Draw all of it; it draws itself anew as long as something is going on."""
    busy = _is_busy(desk)
    st.fragment(_panel, run_every=EVERY if busy else None)(desk, plan, known, busy)


def _is_busy(desk: Desk) -> bool:
    packing = desk.parcel is not None and desk.parcel.running
    return packing or (desk.work is not None and desk.work.running)


def _panel(desk: Desk, plan: Plan | None, known: dict[str, Config], was_busy: bool) -> None:
    if was_busy != _is_busy(desk):
        run_again()  # the settings are kept or free now, and looks begin or end
    with st.container(horizontal=True, vertical_alignment="center", key="batch-buttons"):
        _buttons(desk, plan)
    work = desk.work
    if work is None:
        return
    done, failed = len(work.rows), len(work.failed)
    words = f"{done:,} of {work.total:,} results"
    words += f", {failed:,} failed" if failed else ""
    st.progress(done / work.total if work.total else 1.0, words)
    if work.problem:
        st.error(shown(work.problem), icon=":material/error:")
    if done:
        _table(work, known)
        _take_home(desk, work)


def _buttons(desk: Desk, plan: Plan | None) -> None:
    work = desk.work
    if work is not None and work.running:
        words = "Finishing what has begun ..." if work.pausing else "Pause"
        st.button(
            words,
            key="batch-pause",
            on_click=work.pause,
            icon=":material/pause:",
            disabled=work.pausing,
        )
        _stop(desk)
        return
    same = work is not None and plan == work.plan
    if plan is not None and not (same and desk.left == 0):
        _start(desk, plan, same)
    if work is not None and same and work.failed:
        st.button(
            f"Retry {counted(len(work.failed), 'failed one')}",
            key="batch-retry",
            on_click=work.retry,
            icon=":material/refresh:",
        )
    if desk.locked:
        _stop(desk)


def _start(desk: Desk, plan: Plan, same: bool) -> None:
    old = desk.work is not None and not same and bool(desk.work.rows)
    words = f"Continue, {desk.left:,} left" if same else "Start with these settings"
    st.button(
        words if desk.work is not None else "Start",
        key="batch-start",
        type="primary",
        on_click=desk.start,
        args=(plan,),
        icon=":material/play_arrow:",
        help="This deletes the results so far, which have other settings." if old else None,
    )


def _stop(desk: Desk) -> None:
    st.button(
        "Stop",
        key="batch-stop",
        on_click=desk.stop,
        icon=":material/stop:",
        help="Keeps what is done. The settings can then be changed; with the same ones it goes on "
        "where it was.",
        disabled=not desk.held,
    )


def _table(work: Work, known: dict[str, Config]) -> None:
    rows = work.sorted()
    frame = pd.DataFrame([_line(work.whole(row), known) for row in rows[:SHOWN]])
    st.dataframe(
        frame,
        hide_index=True,
        column_order=[name for name in COLUMNS if name not in _needless(work)],
        placeholder="",
        column_config=COLUMNS,
        row_height=64,
        height=min(640, 36 + 64 * len(frame)),
        key="batch-table",
        alt="The results, those to check first.",
    )
    if len(rows) > SHOWN:
        st.caption(f"The first {SHOWN} of {len(rows):,}: the ZIP's table has all.")


def _needless(work: Work) -> set[str]:
    """Columns that say nothing here."""
    one = {"title"} if len(work.plan.models) == 1 else set()
    return one if work.plan.settings.trust else one | {"trust"}


def _line(row: Row, known: dict[str, Config]) -> dict[str, object]:
    found = row.facts.get("car_found", True)
    return {
        "thumbnail": row.thumbnail or None,
        "picture": row.source,
        "title": known[row.model].title if row.model in known else row.model,
        "share": row.facts.get("car_share"),
        "trust": row.trust,
        "problem": row.error or row.note or ("" if found else "No car found"),
    }


def _take_home(desk: Desk, work: Work) -> None:
    parcel = desk.parcel
    with st.container(horizontal=True, vertical_alignment="center", key="batch-take-home"):
        if parcel is not None and parcel.running:
            st.progress(parcel.done / max(1, parcel.rows), "Making the ZIP ...")
            return
        if parcel is not None and parcel.path is not None and parcel.rows == len(work.rows):
            size = parcel.path.stat().st_size / 1e6
            st.link_button(
                f"Download ZIP, {size:,.1f} MB",
                desk.link(),
                type="primary",
                icon=":material/download:",
            )
        elif not work.running:
            st.button(
                "Make the ZIP",
                key="batch-pack",
                on_click=desk.pack,
                icon=":material/folder_zip:",
                help="The files, a table (CSV), COCO, and a manifest with the SHA-256 of each.",
            )
    if parcel is not None and parcel.problem:
        st.error(shown(parcel.problem), icon=":material/error:")


def remover(desk: Desk) -> None:
    """The button that deletes everything."""
    st.button(
        "Remove all",
        key="batch-remove",
        on_click=partial(_remove, desk),
        icon=":material/delete:",
        help="Deletes the pictures of this batch and its results.",
        disabled=desk.work is not None and desk.work.running,
    )


def _remove(desk: Desk) -> None:
    desk.remove()
    desk.round += 1
