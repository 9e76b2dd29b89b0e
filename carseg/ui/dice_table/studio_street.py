"""Studio and street side by side, a row per model, and the gap between the two."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from carseg.analysis.frames import leading
from carseg.analysis.studio_street import HEADLINE_SETS, SIDE_VIEWS
from carseg.stats import FEWEST
from carseg.ui.dice_table import flagged, trivial_masks
from carseg.ui.dice_table.columns import STUDIO_STREET_TABLE, WITHIN_TABLE
from carseg.ui.shared import cached, tables
from carseg.ui.shared.sentences import number_ranges
from carseg.ui.shared.table_columns import csv_button, grid

_SORTS = {
    "Models in their order": (None, True),
    "Street, best first": ("street", False),
    "Studio, best first": ("studio", False),
    "Smallest gap first": ("gap", True),
    "Most pictures seen first": ("seen", False),
}
"""Orders of the rows: the column, and whether it ascends."""

_GAP = (
    "**Gap** is the studio mean less the street mean; both sets of pictures are resampled. The two "
    "sets show different cars, from different sides and in different sizes, and the street "
    "photographs are mostly side views. So the gap does not say how much is due to the background "
    "alone."
)
BEST = (
    "**Bold**: the best of all models in a column, and every one whose mean lies within the "
    "interval of the best, because which of them is best is not known."
)
BASELINES = (
    "Masks that need no network. A **ceiling** is the true mask brought to a grid and back: no "
    "network on that grid can score higher. The mean and the empty mask do not look at the picture."
)


def rows_in_words(titles: Mapping[str, str], leave_out: bool = False) -> pd.DataFrame:
    """``studio_street.side_by_side`` with ``title`` and every interval in words.

    ``leave_out`` leaves out the pictures that the audit flagged.
    """
    rows = tables.with_words(flagged.filtered_side_by_side(leave_out), titles)
    words = {
        f"{name}_interval": tables.range_words(rows[f"{name}_low"], rows[f"{name}_high"])
        for name in ("studio", "street", "web", "gap")
    }
    return rows.assign(**words)


def order() -> str:
    """Draw the choice of one of ``_SORTS``."""
    return st.selectbox("Order", list(_SORTS), key="side-sort", width=230)


def sorted_models(rows: pd.DataFrame, wanted: Sequence[str], by: str) -> list[str]:
    """The titles of the models that ``panel`` shows, in their order."""
    return [str(title) for title in _models(rows, wanted, by)["title"]]


def _models(rows: pd.DataFrame, wanted: Sequence[str], by: str) -> pd.DataFrame:
    models = tables.pick(rows[rows["kind"] != "baseline"], {"title": wanted})
    column, ascending = _SORTS[by]
    if column:
        models = models.sort_values(column, ascending=ascending, kind="stable")
    return models.reset_index(drop=True)


def panel(rows: pd.DataFrame, wanted: Sequence[str], by: str, leave_out: bool = False) -> bool:
    """The table of the models whose titles are ``wanted`` (of all, if none); whether there are any.

    Args:
        rows: ``rows_in_words``.
        by: one of ``_SORTS``.
        leave_out: the pictures that the audit flagged are left out of ``rows``.
    """
    models = _models(rows, wanted, by)
    if models.empty:
        st.info(
            "No model chosen here has scores on carvana-test at 160x240, street-photo or "
            "street-web. `carseg evaluate --set street-photo --save` measures one.",
            icon=":material/compare_arrows:",
        )
        return False
    columns = [
        name for name in STUDIO_STREET_TABLE if name != "kind" or models["kind"].nunique() > 1
    ]
    grid(models, columns, _alt(models), config=STUDIO_STREET_TABLE, bold=best_of(rows, models))
    st.caption(f"{BEST} {_GAP}")
    csv_button(
        "Side by side (CSV)",
        lambda: pd.concat([models, rows[rows["kind"] == "baseline"]])[
            [c for c in rows if not c.endswith("interval")]
        ],
        f"carseg-side-by-side{flagged.suffix(leave_out)}.csv",
        key="csv-side-by-side",
    )
    return True


def best_of(rows: pd.DataFrame, shown: pd.DataFrame) -> dict[str, list[int]]:
    """The rows of ``shown`` whose mean is the best of ``rows``, or not told from it, by column."""
    networks = rows[rows["kind"] != "baseline"]
    found = {}
    for side in HEADLINE_SETS:
        first = set(networks.loc[leading(networks, side, f"{side}_low"), "model"])
        found[side] = [place for place, model in enumerate(shown["model"]) if model in first]
    return found


def baselines(rows: pd.DataFrame) -> None:
    """The masks that need no network, and what they say about the models."""
    rules = rows[rows["kind"] == "baseline"]
    if len(rules):
        columns = [
            name
            for name in STUDIO_STREET_TABLE
            if name.startswith(("title", "studio", "street", "web"))
        ]
        grid(rules, columns, _alt(rules), config=STUDIO_STREET_TABLE)
        st.caption(BASELINES)
    st.markdown(trivial_masks.trivial(rows))


def _alt(rows: pd.DataFrame) -> str:
    """Studio and street means as a sentence; missing scores are left out."""
    parts = []
    for row in rows.itertuples():
        means = {"studio": row.studio, "street": row.street}
        said = [f"{name} {dice:.3f}" for name, dice in means.items() if not pd.isna(dice)]
        parts.append(f"{row.title}: {', '.join(said) or 'not measured on either'}")
    return "Mean Dice in the studio and on the street. " + "; ".join(parts) + "."


def withins(titles: Mapping[str, str], wanted: Sequence[str], leave_out: bool = False) -> None:
    """The gap among studio side views, and within thirds of car size."""
    if leave_out:
        st.caption("These gaps include the flagged pictures.")
    found = tables.with_words(cached.gaps(), titles)
    rows = tables.pick(found, {"title": wanted})
    if rows.empty:
        st.caption("It takes scores in the studio and on street-photo; no model here has both.")
        return
    said = [
        f"{gap:.3f}" if pd.isna(low) else f"{gap:.3f} [{low:.3f}, {high:.3f}]"
        for gap, low, high in zip(rows["gap"], rows["low"], rows["high"], strict=True)
    ]
    lines = rows.assign(said=said).pivot(index="title", columns="within", values="said")
    shown = lines.reindex(rows["title"].unique()).reset_index()
    columns = [name for name in WITHIN_TABLE if name in shown]
    grid(shown, columns, "The gap, among pictures more alike.", config=WITHIN_TABLE)
    st.caption(
        f"Side views are Carvana's angles {number_ranges(SIDE_VIEWS)}. Thirds of car size are cut "
        "at those of the street; each third that both sets have weighs the same, so few large "
        "studio cars may weigh much. Where no interval is given, a third holds fewer than "
        f"{FEWEST} cars: too few to say."
    )
    csv_button(
        "Gaps (CSV)", lambda: rows.drop(columns="interval"), "carseg-gaps.csv", key="csv-gaps"
    )
