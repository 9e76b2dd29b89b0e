"""The figure of the models' order on a dial against their order on the street."""

from collections.abc import Mapping

import plotly.graph_objects as go

from carseg.ui.shared.charts import MARKS, tidy

HEIGHT = 380


def orders(
    stress: Mapping[str, float], street: Mapping[str, float], titles: Mapping[str, str], dial: str
) -> go.Figure:
    """A dot per model that both know: mean Dice along the dial, and on street-photo."""
    figure = go.Figure()
    both = [name for name in stress if name in street]
    for number, name in enumerate(both):
        colour, symbol, _ = MARKS[number % len(MARKS)]
        symbol += "-open" * (number >= len(MARKS))
        figure.add_scatter(
            x=[stress[name]],
            y=[street[name]],
            name=titles.get(name, name),
            mode="markers",
            marker={
                "color": colour,
                "symbol": symbol,
                "size": 12,
                "line": {"width": 2, "color": colour},
            },
            hovertemplate="dial %{x:.4f}, street %{y:.4f}",
        )
    figure.update_xaxes(title=f"mean Dice on the {dial} dial", zeroline=False)
    figure.update_yaxes(title="mean Dice on street-photo", zeroline=False)
    figure.update_layout(showlegend=True)
    return tidy(figure, HEIGHT)


def orders_alt(
    stress: Mapping[str, float], street: Mapping[str, float], titles: Mapping[str, str]
) -> str:
    """The dots as a sentence."""
    parts = [
        f"{titles.get(name, name)}: dial {value:.4f}, street {street[name]:.4f}"
        for name, value in stress.items()
        if name in street
    ]
    return f"Mean Dice of each model on the dial and on street-photo. {'; '.join(parts)}."
