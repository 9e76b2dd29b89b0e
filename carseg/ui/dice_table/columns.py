"""Titles, explanations and formats of the panels' table columns."""

import streamlit as st

from carseg.ui.shared import cached, tables
from carseg.ui.shared.table_columns import MODEL_WIDTH, SCORE

_MEAN = "Mean Dice per picture on "
STUDIO_STREET_TABLE = {
    "title": st.column_config.TextColumn("Model", width=MODEL_WIDTH),
    "studio": st.column_config.NumberColumn(
        "Studio", help=_MEAN + "carvana-test at 160x240: cars that no model has seen.", **SCORE
    ),
    "studio_interval": st.column_config.TextColumn("Studio, 95 %", help=tables.WHY_NO_INTERVAL),
    "street": st.column_config.NumberColumn(
        "Street", help=_MEAN + "street-photo, 96 photographs at their own size.", **SCORE
    ),
    "street_interval": st.column_config.TextColumn("Street, 95 %", help=tables.WHY_NO_INTERVAL),
    "web": st.column_config.NumberColumn(
        "Web", help=_MEAN + "street-web: pictures from the web, many on plain ground.", **SCORE
    ),
    "web_interval": st.column_config.TextColumn("Web, 95 %", help=tables.WHY_NO_INTERVAL),
    "gap": st.column_config.NumberColumn("Gap", help="Studio less street.", **SCORE),
    "gap_interval": st.column_config.TextColumn("Gap, 95 %", help="Both sets resampled."),
    "kind": st.column_config.TextColumn(
        "Kind", help="A control was trained to be measured; only its scores are kept."
    ),
    "seen": st.column_config.NumberColumn(
        "Pictures seen", help="During training, repeats counted.", format="localized"
    ),
    "pretrained": st.column_config.TextColumn("Pretrained"),
    "augmentation": st.column_config.TextColumn(
        "Training views", help="How the training pictures were changed, at the last stage."
    ),
}
"""The columns of models side by side."""

SMALL_TABLES = {
    "title": st.column_config.TextColumn("Model", width=MODEL_WIDTH),
    "number": st.column_config.NumberColumn("No.", width="small"),
    "picture": st.column_config.TextColumn("Picture", pinned=True),
    "title_a": st.column_config.TextColumn("A", pinned=True, width="small"),
    "title_b": st.column_config.TextColumn("B"),
    "dice_a": st.column_config.NumberColumn("Dice of A", **SCORE),
    "dice_b": st.column_config.NumberColumn("Dice of B", **SCORE),
    "difference": st.column_config.NumberColumn("A less B", format="%+.4f", width="small"),
    "n": st.column_config.NumberColumn("n", help="Pictures.", width="small"),
    "clusters": st.column_config.NumberColumn("Clusters", help="Cars or scenes.", width="small"),
    "p": st.column_config.NumberColumn("p", help="Sign flips of clusters.", format="%.4f"),
    "holm": st.column_config.NumberColumn(
        "p, adjusted", help="After Holm, over all pairs on this set.", format="%.4f"
    ),
    "studio": st.column_config.NumberColumn("Studio", **SCORE),
    "street": st.column_config.NumberColumn("Street", **SCORE),
    "expected": st.column_config.NumberColumn(
        "Expected", help="Street Dice that the line gives at this studio Dice.", **SCORE
    ),
    "dice": st.column_config.NumberColumn(
        "More than expected", help="Effective robustness, in Dice.", format="%+.4f"
    ),
    "logit": st.column_config.NumberColumn("In logits", format="%+.2f", width="small"),
    "extrapolated": st.column_config.CheckboxColumn(
        "Beyond the path", help="The line had to be extended to this studio Dice.", width="small"
    ),
}
"""The columns of the evidence panels' smaller tables."""

WITHIN_TABLE = {
    "title": SMALL_TABLES["title"],
    **{words: st.column_config.TextColumn(words) for words in cached.WITHINS.values()},
}
"""The columns of the gap among more similar pictures."""
