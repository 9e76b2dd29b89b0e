"""Saved comparisons in 'Saved by you': open, link, file, rename, delete; and files of others."""

import base64

import streamlit as st

from carseg import results
from carseg.results import Comparison, ComparisonError, ResultsError
from carseg.results.comparison import LONGEST_NAME, MOST_FILE_BYTES, ORIGINAL, from_file, to_file
from carseg.service.bundle import stem
from carseg.ui.shared import state
from carseg.ui.shared.links import link_of
from carseg.ui.shared.markdown import plain
from carseg.ui.shared.reopened import reopen
from carseg.ui.shared.streamlit_internals import let_go

_AT_ONCE = 10
_PROBLEM, _SHOWN, _ROUND = "comparison-problem", "comparisons-shown", "comparison-round"
_WHERE_TO_SAVE = (
    "No comparison is saved yet. On Compare, *Save* keeps the settings, the models and their "
    "results under a name; it needs no true mask."
)


def panel() -> None:
    """The saved comparisons, the newest first.

    Raises:
        ResultsError: the database cannot be used.
    """
    number_of_all = len(results.comparison_names(state.engine()))
    shown = st.session_state.get(_SHOWN, _AT_ONCE)
    found = results.saved_comparisons(state.engine(), shown)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header("Comparisons", width="stretch")
        with st.popover("Bring a file", icon=":material/upload_file:", key="comparison-bring"):
            _bring()
    if not found:
        st.info(_WHERE_TO_SAVE, icon=":material/bookmark_add:")
        st.page_link("pages/compare.py", label="Go to Compare", icon=":material/compare:")
        return
    for number, comparison in found.items():
        with st.container(border=True, key=f"comparison-{number}"):
            _card(number, comparison)
    if number_of_all > shown:
        more = min(_AT_ONCE, number_of_all - shown)
        st.button(f"Show {more} more of {number_of_all}", key="comparisons-more", on_click=_more)


def _more() -> None:
    st.session_state[_SHOWN] = st.session_state.get(_SHOWN, _AT_ONCE) + _AT_ONCE


def _card(number: int, comparison: Comparison) -> None:
    st.markdown(f"**{plain(comparison.name)}**")
    day = f"{comparison.saved_at:%d %B %Y}".lstrip("0") if comparison.saved_at else ""
    st.caption(
        f"{plain(comparison.picture)}, {comparison.width} x {comparison.height} pixels · saved "
        f"{day}"
    )
    if comparison.thumbnails:
        _thumbnails(comparison)
    st.markdown(_table(comparison))
    if comparison.disagreements:
        st.caption(_most_disagreement(comparison))
    _buttons(number, comparison)
    if problem := st.session_state.pop(f"{_PROBLEM}-{number}", ""):
        st.error(problem)


def _thumbnails(comparison: Comparison) -> None:
    titles = {one.model: one.title for one in comparison.outcomes}
    with st.container(horizontal=True, gap="small"):
        for model, data in comparison.thumbnails.items():
            what = "The photo" if model == ORIGINAL else f"The result of {titles[model]}"
            st.image(base64.b64decode(data), width=150, alt=f"{what}, {comparison.picture}")


def _table(comparison: Comparison) -> str:
    """Markdown: each model with its share of the picture, and whether a hand changed it."""
    edited = bool(comparison.edited)
    lines = ["| Model | Car |" + " Edited by hand |" * edited, "| --- | ---: |" + " --- |" * edited]
    for one in comparison.outcomes:
        line = f"| {plain(one.title)} | {one.share:.1%} of the picture |"
        lines.append(line + (f" {'yes' if one.edited else 'no'} |" if edited else ""))
    return "\n".join(lines)


def _most_disagreement(comparison: Comparison) -> str:
    titles = {one.model: plain(one.title) for one in comparison.outcomes}
    pair = max(comparison.disagreements, key=lambda pair: pair.different)
    a, b = (titles[model] for model in pair.models)
    of = "" if len(comparison.disagreements) == 1 else f" of {len(comparison.disagreements)} pairs"
    return (
        f"Most disagreement{of}: {a} and {b} differ on {pair.different:.2%} of the pixels (Dice "
        f"between the two {pair.dice:.3f})."
    )


def _buttons(number: int, comparison: Comparison) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button("Open", key=f"comparison-open-{number}", icon=":material/open_in_new:"):
            reopen(comparison)
        with st.popover("Link", icon=":material/link:", key=f"comparison-link-{number}"):
            _link(comparison)
        st.download_button(
            "File",
            to_file(comparison),
            f"{stem(comparison.name)}.comparison.json",
            "application/json",
            key=f"comparison-file-{number}",
            on_click="ignore",
            icon=":material/download:",
            help="Everything that is kept of it, as JSON: 'Bring a file' takes it in, here or on "
            "another machine.",
        )
        with st.popover("Rename", icon=":material/edit:", key=f"comparison-rename-{number}"):
            st.text_input(
                "New name",
                comparison.name,
                key=f"comparison-name-{number}",
                max_chars=LONGEST_NAME,
                on_change=_rename,
                args=(number,),
            )
        with st.popover("Delete", icon=":material/delete:", key=f"comparison-delete-{number}"):
            st.markdown(f"Delete **{plain(comparison.name)}**?")
            st.button(
                "Delete for good",
                key=f"comparison-gone-{number}",
                type="primary",
                on_click=_delete,
                args=(number,),
            )


def _link(comparison: Comparison) -> None:
    if comparison.source:
        what = "sample" if comparison.origin == "sample" else "picture's address"
        st.caption(f"This link holds the settings and the {what}.")
    else:
        st.caption("This link holds the settings. The photo is not in it.")
    st.code(link_of(comparison), language=None, wrap_lines=True)


def _rename(number: int) -> None:
    try:
        results.rename_comparison(
            state.engine(), number, st.session_state[f"comparison-name-{number}"]
        )
    except (ComparisonError, ResultsError) as error:
        st.session_state[f"{_PROBLEM}-{number}"] = str(error)


def _delete(number: int) -> None:
    try:
        results.delete_comparison(state.engine(), number)
    except ResultsError as error:
        st.session_state[f"{_PROBLEM}-{number}"] = str(error)


def _bring() -> None:
    key = f"comparison-file-in-{st.session_state.get(_ROUND, 0)}"
    st.file_uploader(
        "A saved comparison",
        type="json",
        key=key,
        on_change=_take,
        args=(key,),
        max_upload_size=MOST_FILE_BYTES // 2**20,
        help="A .json file that 'File' gave, here or on another machine.",
    )
    if problem := st.session_state.get(_PROBLEM, ""):
        st.error(problem)


def _take(key: str) -> None:
    file = st.session_state[key]
    if file is None:
        return
    data = file.getvalue()
    let_go([file])
    st.session_state[_PROBLEM] = ""
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    try:
        brought = from_file(data)
        name = results.free_name(brought.name, results.comparison_names(state.engine()))
        # It comes now: it stands at the top, not where its stranger's clock puts it.
        renewed = brought.model_copy(update={"name": name, "saved_at": None})
        results.save_comparison(state.engine(), renewed)
    except (ComparisonError, ResultsError) as error:
        st.session_state[_PROBLEM] = f"**{plain(file.name)}**: {error}"
        return
    st.toast(f"{plain(name)} is here.", icon=":material/check:")
