"""The results tables of the documents: one line per checkpoint, made from the shipped counts.

``weights/README.md`` holds the whole table, edges and cost, and the first recipe; ``README.md``
a few lines of it. Each stands between two lines of its own, ``begin`` and ``END``, and
``write_tables`` keeps what is between them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from carseg.analysis.boards import STREET, STUDIO, WEB, Benchmark, network_rows
from carseg.analysis.car_free import car_free_table
from carseg.analysis.frames import interval_of, leading, per_picture, summarise
from carseg.analysis.numbers import mean, percent
from carseg.analysis.readme_edges import edge_lines
from carseg.analysis.recipes import superseded
from carseg.analysis.ways import brought_models, same_way
from carseg.core.atomic import write_atomically
from carseg.core.errors import CarsegError
from carseg.core.settings import weights_dir
from carseg.models.checkpoint import Config, shelf
from carseg.results.scores import shipped_scores

_COLUMNS = {
    STUDIO: "studio, 160x240",
    Benchmark(STUDIO.set, "stored"): "studio, stored size",
    STREET: STREET.set,
    WEB: WEB.set,
}
"""The columns: each benchmark with its title, in their order."""
_STUDIO_SIZE = (1280, 1918)
"""A studio picture: the grids of the column are for its shape."""
END = "<!-- end of the table -->"


@dataclass(frozen=True)
class Table:
    """The lines and columns of a table.

    Attributes:
        name: stands in the marker before the table.
        benchmarks: the sets and grids that have a column, out of ``_COLUMNS``.
        models: the checkpoints that have a line; None: all that were measured.
        first: the table is of the checkpoints of the first recipe that stand apart
            (``recipes.superseded``). No other table has them.
        edges: the columns are of edges, calibration and cost (``readme_edges``) instead.
    """

    name: str
    benchmarks: tuple[Benchmark, ...] = tuple(_COLUMNS)
    models: tuple[str, ...] | None = None
    first: bool = False
    edges: bool = False

    @property
    def begin(self) -> str:
        """The line before the table."""
        return f"<!-- carseg table --write: {self.name} -->"


WHOLE = Table("whole")
EDGES = Table("edges and cost", edges=True)
FIRST = Table("first recipe", first=True)
# The one for use; the pair that differs in nothing but pretraining; what street views add to it;
# and the network that nothing was given.
SHORT = Table(
    "short",
    (STUDIO, STREET, WEB),
    (
        "street-best",
        "unet-scratch",
        "unet-mobilenetv2-random",
        "unet-mobilenetv2",
        "unet-mobilenetv2-street",
    ),
)


def overview(root: Path | None = None, table: Table = WHOLE, *, brought: bool = True) -> str:
    """The table as Markdown, of what was measured in ``root``, baselines last.

    Cells hold the mean Dice and its 95 % interval (clusters resampled). In a column the best mean
    of a network is bold, and so are those within its interval (``carseg.analysis.frames.leading``).
    The last column is of pictures without a car (``carseg.analysis.car_free``). Columns without any
    score are left out.

    Args:
        brought: with the graphs that a user brought; of these the documents have only those whose
            scores are shipped, without the graph.
    """
    root = weights_dir() if root is None else root
    found = shelf(root)
    known = found.known
    apart = superseded(known)
    names = [
        name
        for name in known
        if (brought or known[name].scores_only or name not in brought_models(found))
        and (name in apart) == table.first
        and (table.models is None or name in table.models)
    ]
    scores, _ = same_way(shipped_scores(root), brought_models(found))
    pictures = per_picture(scores)
    pictures = pictures[pictures["model"].isin(names)]
    if table.edges:
        lines = edge_lines({name: known[name] for name in names}, pictures, root)
    else:
        lines = _score_lines({name: known[name] for name in names}, pictures, table)
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _score_lines(
    configs: Mapping[str, Config], pictures: pd.DataFrame, table: Table
) -> list[list[str]]:
    """The heads of the columns, and the cells of each checkpoint."""
    columns = _columns(pictures, table.benchmarks)
    measured = [name for name in configs if any(name in cells for cells in columns.values())]
    return [
        ["checkpoint", "pretrained", "grid", "pictures seen", *columns],
        *(
            [*_facts(configs[name]), *(cells.get(name, "") for cells in columns.values())]
            for name in measured
        ),
    ]


def write_tables(weights: Path | None = None) -> list[Path]:
    """Write the tables of the scores in ``weights`` into its README.md and into the one above it.

    Returns:
        the two files.

    Raises:
        CarsegError: a file is missing or has no place for its table; then none is written.
    """
    weights = weights_dir() if weights is None else weights
    homes = {weights / "README.md": (WHOLE, EDGES, FIRST), weights.parent / "README.md": (SHORT,)}
    texts = {file: _with_tables(file, tables, weights) for file, tables in homes.items()}
    for file, text in texts.items():
        write_atomically(file, text)
    return list(texts)


def _with_tables(file: Path, tables: Iterable[Table], weights: Path) -> str:
    """The text of ``file`` with the current tables."""
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    for table in tables:
        text = _with_table(text, file, table, weights)
    return text


def _with_table(text: str, file: Path, table: Table, weights: Path) -> str:
    begin = table.begin
    pattern = re.compile(f"{re.escape(begin)}\n.*?{re.escape(END)}", re.DOTALL)
    made, markers = pattern.subn(
        lambda _: f"{begin}\n{overview(weights, table, brought=False)}\n{END}", text
    )
    if markers != 1:
        raise CarsegError(
            f"'{file}' needs the lines '{begin}' and '{END}', once each: the table goes between."
        )
    return made


def _columns(pictures: pd.DataFrame, benchmarks: Iterable[Benchmark]) -> dict[str, dict[str, str]]:
    """Each column's title to its cells by model."""
    means = summarise(pictures)
    columns = {}
    for benchmark in benchmarks:
        rows = means[(means["set"] == benchmark.set) & (means["grid"] == benchmark.grid)]
        if len(rows):
            columns[f"{_COLUMNS[benchmark]} (n = {int(rows['n'].max())})"] = _dice_cells(rows)
    free = car_free_table(pictures)
    if len(free):
        columns[f"false car where there is none (n = {free['n'].max()})"] = _area_cells(free)
    return columns


def _facts(config: Config) -> list[str]:
    if config.kind == "baseline":
        return [f"({config.title.lower()})", "", "", ""]
    grid = "x".join(map(str, config.grid(_STUDIO_SIZE)))
    mark = " (brought)" if config.kind == "brought" else ""
    seen = f"{config.pictures_seen:,}" if config.pictures_seen else "not known"
    return [f"`{config.name}`{mark}", config.pretrained, grid, seen]


def _dice_cells(rows: pd.DataFrame) -> dict[str, str]:
    """A cell for each model of a set's rows."""
    first = leading(network_rows(rows))
    cells = {}
    for row in rows.itertuples():
        said, *interval = mean(row.dice, interval_of(row)).split(" ", 1)
        cells[row.model] = " ".join([f"**{said}**" if row.Index in first else said, *interval])
    return cells


def _area_cells(rows: pd.DataFrame) -> dict[str, str]:
    return {
        row.model: f"{percent(row.area)} of the picture; over 1 % in {percent(row.much, 0)}"
        for row in network_rows(rows).itertuples()
    }
