"""Is the difference real? One model against another on the same pictures, in words."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from carseg.analysis import boards, recipes
from carseg.analysis.boards import STREET, STUDIO, Benchmark
from carseg.analysis.effects import recipe_effect
from carseg.models.checkpoint import Config
from carseg.ui.dice_table import figures
from carseg.ui.dice_table.columns import SMALL_TABLES
from carseg.ui.shared import cached, charts, sentences, tables
from carseg.ui.shared.choices import worded
from carseg.ui.shared.links import LINKED
from carseg.ui.shared.markdown import plain, shown
from carseg.ui.shared.table_columns import csv_button, grid

_SHOWN = 5
"""The number of pictures that are named at each end."""


def panel(pictures: pd.DataFrame, known: Mapping[str, Config], titles: Mapping[str, str]) -> None:
    """The choice of two models and a set, and everything that the scores say about the two."""
    sets = boards.benchmarks(pictures, least=2)
    if not sets:
        st.info(
            "A comparison needs two models that were measured on the same set. There are none yet. "
            "`carseg evaluate --model NAME --save` measures another.",
            icon=":material/balance:",
        )
        return
    chosen = _choose(sets, known, titles)
    if chosen is None:
        return
    a, b, benchmark = chosen
    here = cached.cached_board(benchmark)
    found = boards.compare_pair(here, a, b)
    if found is None:
        st.info("The two have no picture of this set in common.", icon=":material/balance:")
        return
    rows = boards.differences(here, a, b)
    # The titles in two forms: escaped for Markdown, and plain for everything else.
    answer(a, b, benchmark, titles, known)
    name_a, name_b = titles.get(a, a), titles.get(b, b)
    st.plotly_chart(
        figures.strip(rows, found, name_a, name_b),
        alt=figures.strip_alt(rows, found, name_a, name_b),
        config=charts.QUIET,
    )
    st.caption("A dot per picture; the line is the mean, the grey band its 95 % interval.")
    largest(rows, a, b, name_a, name_b)
    everything(benchmark, titles)


def _choose(
    sets: list[Benchmark], known: Mapping[str, Config], titles: Mapping[str, str]
) -> tuple[str, str, Benchmark] | None:
    """Draw the three choices; None, with a sentence, if they do not name a pair."""
    with st.container(horizontal=True, gap="medium"):
        benchmark = st.selectbox(
            "On", sets, format_func=sentences.label, key="pair-set", width=230, **LINKED
        )
        measured = cached.cached_board(benchmark).models
        models = tables.in_order(measured, known)
        a, b = default_model_pair(models)
        options = {"format_func": worded(titles), "width": 300, **LINKED}
        first = st.selectbox("A", models, models.index(a), key="pair-a", **options)
        second = st.selectbox("B", models, models.index(b), key="pair-b", **options)
    if first == second:
        st.info("A and B are the same model: choose another.", icon=":material/balance:")
        return None
    return first, second, benchmark


def default_model_pair(models: list[str]) -> tuple[str, str]:
    """The best on the street, or the first, against ``baseline_model``, or another."""
    street = cached.cached_board(STREET).dice.mean()
    a = max(models, key=lambda model: street.get(model, -1.0))
    rest = [model for model in models if model != a]
    baseline = cached.baseline_model()
    return a, baseline if baseline in rest else rest[0]


def answer(
    a: str, b: str, benchmark: Benchmark, titles: Mapping[str, str], known: Mapping[str, Config]
) -> None:
    """The answer as a sentence, with its numbers, the cause that the pair isolates, and seeds."""
    name_a, name_b = (plain(titles.get(name, name)) for name in (a, b))
    here = cached.cached_board(benchmark)
    clauses = [clause(a, b, one, name_a, name_b) for one in (benchmark, _other(benchmark))]
    with st.container(border=True):
        st.markdown(sentences.sentence(c for c in clauses if c))
    found, pairs = boards.compare_pair(here, a, b), len(cached.cached_pairs(benchmark))
    if found:
        adjusted = boards.adjusted(cached.cached_pairs(benchmark), a, b)
        st.caption(sentences.record(found, adjusted, pairs, len(here.models)))
    if a in known and b in known:
        how_made(known[a], known[b], name_a, name_b)
    else:
        st.caption("How one of the two was trained is not recorded, so no cause can be named.")
    made = [recipes.recipe_name(name) for name in (a, b)]
    if made[0] != made[1]:
        st.caption(sentences.seeds_sentence(recipe_effect(here, made, (1, -1)), name_a, name_b))


def _other(benchmark: Benchmark) -> Benchmark:
    """The headline set of the other domain."""
    return STREET if benchmark.set == STUDIO.set else STUDIO


def clause(a: str, b: str, benchmark: Benchmark, name_a: str, name_b: str) -> str:
    """A clause about the two models on one set; '' if they do not both have scores there."""
    here = cached.cached_board(benchmark)
    if not {a, b} <= set(here.models) or (found := boards.compare_pair(here, a, b)) is None:
        return ""
    table = cached.cached_pairs(benchmark)
    adjusted = boards.adjusted(table, a, b)
    return sentences.verdict(name_a, name_b, benchmark, found, adjusted=adjusted, pairs=len(table))


def how_made(a: Config, b: Config, name_a: str, name_b: str) -> None:
    """The cause that the pair isolates, or a warning that there is none; and the two recipes."""
    differing = recipes.differences_of(a, b)
    alone, text = sentences.isolation(differing, name_a, name_b)
    if alone:
        st.caption(text)
    else:
        st.warning(text, icon=":material/call_split:")
    if differing:
        with st.expander("How the two were made", icon=":material/menu_book:"):
            lines = [
                {"": k, "A": shown(first), "B": shown(second)}
                for k, (first, second) in differing.items()
            ]
            st.table(pd.DataFrame(lines), hide_index=True, alt="In what the two recipes differ.")


def largest(rows: pd.DataFrame, a: str, b: str, name_a: str, name_b: str) -> None:
    """The pictures at both ends, by name, and all of them as CSV."""
    ends = rows if len(rows) <= 2 * _SHOWN else pd.concat([rows.head(_SHOWN), rows.tail(_SHOWN)])
    st.markdown("**Where the two differ most**")
    columns = ["picture", "dice_a", "dice_b", "difference"]
    grid(ends, columns, "Pictures with the largest differences.", config=SMALL_TABLES)
    csv_button(
        "Differences per picture (CSV)",
        lambda: rows.assign(a=name_a, b=name_b),
        f"carseg-{a}-against-{b}.csv",
        key="csv-differences",
    )


def everything(benchmark: Benchmark, titles: Mapping[str, str]) -> None:
    """All pairs on the set, most certain first."""
    with st.expander(f"All pairs on {sentences.label(benchmark)}", icon=":material/table_rows:"):
        table = cached.cached_pairs(benchmark)
        for side in ("a", "b"):
            table = table.assign(
                **{f"title_{side}": [titles.get(name, name) for name in table[side]]}
            )
        columns = ["title_a", "title_b", "difference", "p", "holm", "n", "clusters"]
        table = table.sort_values(["holm", "p"], kind="stable")
        grid(table, columns, "Every pair of models on this set.", config=SMALL_TABLES)
        csv_button(
            "All pairs (CSV)",
            lambda: table,
            f"carseg-pairs-{benchmark.set}-{benchmark.grid}.csv",
            key="csv-pairs",
        )
