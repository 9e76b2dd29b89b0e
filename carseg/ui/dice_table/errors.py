"""What goes wrong? Wrong pixels by place and kind, and measures that correlate with a low Dice."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from carseg.analysis import boards
from carseg.analysis.boards import Benchmark
from carseg.analysis.error_profile import (
    LOST_WHEEL,
    MEASURES,
    PARTS,
    Link,
    Measure,
    Profile,
    profile,
)
from carseg.analysis.numbers import percent
from carseg.measures.faults import STRAY, WHEEL_ZONE
from carseg.measures.overlap import BOUNDARY
from carseg.models.checkpoint import Config
from carseg.ui.dice_table.error_figures import against, against_alt, stacked, stacked_alt
from carseg.ui.shared import cached, charts, sentences, tables
from carseg.ui.shared.choices import worded
from carseg.ui.shared.links import LINKED
from carseg.ui.shared.markdown import plain
from carseg.ui.shared.table_columns import AVERAGE_COLUMNS, csv_button, grid
from carseg.ui.shared.tables import ShippedFrames

MOSTLY = 2 / 3
"""If one kind has at least this share, it alone names the error."""


BANDS = (
    f"The **edge band** is as wide as that of Boundary IoU, {100 * BOUNDARY:g} % of the picture's "
    "diagonal, on both sides of the true edge. Errors in it are small shifts of the outline, those "
    "beyond it are regions: a shadow, another car, a missing roof. Each picture counts the same, "
    "whatever its size."
)
WHEELS = (
    f"**Lost wheel**: at least {100 * LOST_WHEEL:g} % of the true pixels in the lowest "
    f"{100 * WHEEL_ZONE:g} % of the car's box are missed beyond the edge band. Wheels are not "
    "annotated: seen from the side, one takes up about a tenth of that zone, so half of a wheel is "
    "lost, or as much of a sill. **Stray pieces** touch no true car and cover at least "
    f"{100 * STRAY:g} % of the picture."
)

_COLUMNS = AVERAGE_COLUMNS | {
    **{
        part: st.column_config.NumberColumn(f"{said[:1].upper()}{said[1:]}", format="percent")
        for part, said in PARTS.items()
    },
    "strays": st.column_config.NumberColumn("Stray pieces per picture", format="%.2f"),
    "strayed": st.column_config.NumberColumn("Pictures with one", format="percent"),
    "wheel": st.column_config.NumberColumn("Pictures with a lost wheel", format="percent"),
}
"""The columns of the table of errors, in words."""


def about(title: str, found: Profile, benchmark: Benchmark) -> str:
    """The errors of one model in a sentence."""
    seen = sentences.evidence(found.n, found.clusters, benchmark)
    if not found.wrong:
        return f"**{title}** {sentences.where(benchmark)}: not one wrong pixel on {seen}."
    edge, taken = found.share("edge_fp", "edge_fn"), found.share("edge_fp", "inner_fp")
    return (
        f"**{title}** {sentences.where(benchmark)}, {seen}: wrong pixels come to "
        f"{percent(found.wrong)} of the car's. "
        f"{_mostly(edge, 'at the edge', 'in regions beyond it')}, "
        f"{_mostly(taken, 'background taken for car', 'car that is lost').lower()}. A stray piece "
        f"in {sentences.counted(found.strayed, 'picture')}, a lost wheel in {found.wheel:,}."
    )


def _mostly(share: float, first: str, second: str) -> str:
    """'Mostly at the edge (94 %)', or both with their shares."""
    if share >= MOSTLY:
        return f"Mostly {first} ({percent(share, 0)})"
    if share <= 1 - MOSTLY:
        return f"Mostly {second} ({percent(1 - share, 0)})"
    return f"Partly {first} ({percent(share, 0)}), partly {second} ({percent(1 - share, 0)})"


def linked(measure: Measure, found: Link | None, benchmark: Benchmark) -> str:
    """A sentence on the correlation of a measure with Dice."""
    if found is None:
        return "Fewer than five pictures have this figure, or it is the same for all of them."
    rank = f"Spearman's rank correlation {found.rank:.2f}"
    seen = sentences.evidence(found.n, found.clusters, benchmark)
    if found.interval is None:
        return f"{rank}; {seen} are too few for an interval."
    rank += f" [{found.interval.low:.2f}, {found.interval.high:.2f}], {seen}"
    if not found.clear:
        return f"No correlation with Dice is visible: {rank}."
    return (
        f"{measure.more}, the {'higher' if found.rank > 0 else 'lower'} the Dice, "
        f"{_strength(found.rank)}: {rank}."
    )


def _strength(rank: float) -> str:
    """Words for a rank correlation, -1..1."""
    size = abs(rank)
    return "weakly" if size < 0.3 else "moderately" if size < 0.6 else "strongly"


def panel(scores: ShippedFrames, known: Mapping[str, Config], titles: Mapping[str, str]) -> None:
    """The choice of a set, the errors of every model that has details there, and the scatters."""
    sets = [
        benchmark for benchmark in boards.benchmarks(scores.pictures) if benchmark.grid != "stored"
    ]
    if not sets:
        st.info("No model here has scores on pictures with cars.", icon=":material/troubleshoot:")
        return
    benchmark = st.selectbox(
        "On", sets, format_func=sentences.label, key="wrong-set", width=230, **LINKED
    )
    rows = cached.anatomies(benchmark)
    models = tables.in_order(cached.cached_board(benchmark).models, titles)
    measured = [model for model in models if model in set(rows["model"])]
    if measured:
        profiles = {model: profile(rows[rows["model"] == model]) for model in measured}
        shares(profiles, benchmark, titles)
        difficulty(rows, measured, benchmark, titles)
    missing([model for model in models if model not in measured], benchmark, scores, known, titles)


def shares(
    profiles: Mapping[str, Profile], benchmark: Benchmark, titles: Mapping[str, str]
) -> None:
    """The stacked bars, a sentence per model, and the numbers."""
    by_title = {titles.get(model, model): found for model, found in profiles.items()}
    st.plotly_chart(stacked(by_title), alt=stacked_alt(by_title), config=charts.QUIET)
    lines = [about(plain(title), found, benchmark) for title, found in by_title.items()]
    st.markdown("\n".join(f"- {line}" for line in lines))
    st.caption(BANDS)
    table = _numbers(profiles, titles)
    columns = [name for name in _COLUMNS if name in table]
    grid(table, columns, "Errors of every model by place and kind.", config=_COLUMNS)
    st.caption(WHEELS)
    csv_button(
        "What goes wrong (CSV)",
        lambda: table,
        f"carseg-anatomy-{benchmark.set}-{benchmark.grid}.csv",
        key="csv-errors",
    )


def _numbers(profiles: Mapping[str, Profile], titles: Mapping[str, str]) -> pd.DataFrame:
    """A row per model: its profile, shares as they are, pictures with strays and lost wheels."""
    return pd.DataFrame(
        {
            "title": titles.get(model, model),
            "model": model,
            "n": found.n,
            "clusters": found.clusters,
            "dice": found.dice,
            **found.parts,
            "strays": found.strays,
            "strayed": found.strayed / found.n,
            "wheel": found.wheel / found.n,
        }
        for model, found in profiles.items()
    )


def difficulty(
    rows: pd.DataFrame, models: list[str], benchmark: Benchmark, titles: Mapping[str, str]
) -> None:
    """Dice of one model over each of ``MEASURES``, with the rank correlation in words."""
    st.header("What correlates with a low Dice?")
    model = st.selectbox(
        "Model",
        models,
        format_func=worded(titles),
        key="wrong-model",
        width=300,
        **LINKED,
    )
    own = rows[rows["model"] == model]
    links = cached.links(benchmark, model)
    for column, (name, measure) in zip(st.columns(len(MEASURES)), MEASURES.items(), strict=True):
        with column:
            if own[name].notna().any():
                st.plotly_chart(
                    against(own, name, measure.label, measure.percent),
                    alt=against_alt(own, name, measure.label),
                    config=charts.QUIET,
                    key=f"wrong-{name}",
                )
            st.markdown(linked(measure, links[name], benchmark))
            st.caption(measure.meaning)
    st.caption(
        "A correlation over pictures does not prove a cause. Its 95 % interval resamples whole "
        "cars or scenes."
    )


def missing(
    models: list[str],
    benchmark: Benchmark,
    scores: ShippedFrames,
    known: Mapping[str, Config],
    titles: Mapping[str, str],
) -> None:
    """Names the models without details on the set, and the commands that measure them."""
    if not models:
        return
    listed = ", ".join(plain(titles.get(model, model)) for model in models)
    st.info(
        f"No details that belong to the scores on {sentences.label(benchmark)}: {listed}.",
        icon=":material/troubleshoot:",
    )
    here = scores.table[
        (scores.table["set"] == benchmark.set) & (scores.table["grid"] == benchmark.grid)
    ]
    commands = dict(zip(here["model"], here["command"], strict=True))
    lines = [
        commands[model] if "--details" in commands[model] else f"{commands[model]} --details"
        for model in models
        if not (model in known and known[model].scores_only)
    ]
    if lines:
        st.caption("These commands measure them; DIR is the folder of the data set:")
        st.code("\n".join(lines), language="sh", wrap_lines=True)
    if len(lines) < len(models):
        st.caption("A control has no weights any more, so its details cannot be measured.")
