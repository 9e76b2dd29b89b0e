"""The figures hold the numbers, and their alt texts say them."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from carseg.analysis.frames import per_picture, summarise
from carseg.ui.shared import charts, tables
from tests.factories.scores import score_set


def words() -> pd.DataFrame:
    sets = [score_set("a"), score_set("a", "street", 4), score_set("b")]
    return tables.with_words(summarise(sets), {})


def test_every_row_is_a_dot_with_its_interval():
    table = words()
    dots = [t for t in charts.intervals(table).data if t.mode == "markers"]
    assert sorted(x for t in dots for x in t.x) == sorted(table["dice"])
    studio = next(t for t in dots if "studio" in t.name)
    row = table[(table["domain"] == "studio")].iloc[0]
    np.testing.assert_allclose(studio.x[0] + studio.error_x.array[0], row["high"])
    np.testing.assert_allclose(studio.x[0] - studio.error_x.arrayminus[0], row["low"])
    street = next(t for t in dots if "street" in t.name)
    assert list(street.error_x.array) == [0]  # four pictures have no interval


def test_domains_differ_by_more_than_colour():
    dots = [t for t in charts.intervals(words()).data if t.mode == "markers"]
    assert len({t.marker.symbol for t in dots}) == len(dots) == 2


def test_the_alt_text_says_every_mean():
    text = charts.intervals_alt(words())
    for dice in words()["dice"]:
        assert f"{dice:.3f}" in text


def test_the_distribution_shows_every_picture():
    sets = [score_set("a"), score_set("b", n=5)]
    table = tables.with_words(summarise(sets), {})
    behind = tables.pictures_of_rows(per_picture(sets), table)
    boxes = charts.distribution(behind).data
    assert [len(box.x) for box in boxes] == [6, 5]
    assert boxes[1].text[4] == "p4"
    text = charts.distribution_alt(behind)
    assert "over 6 pictures" in text
    assert "<br>" not in text


def test_losses_and_measures_have_panels_of_their_own():
    log = pd.DataFrame({"pictures": [1, 2], "loss": [1.0, 0.5], "val_dice": [0.5, np.nan]})
    panels = charts.training_curves(log)
    assert [len(f.data) for f in panels.values()] == [1, 1]
    assert list(list(panels.values())[1].data[0].y) == [0.5]
    assert "loss from 1 to 0.5" in charts.training_curves_alt(log)
    assert len(charts.training_curves(log[["pictures", "loss"]])) == 1


def test_every_set_and_grid_has_a_mark_and_a_place_of_its_own():
    sets = [score_set("a"), score_set("a", grid="512"), score_set("a", "street")]
    sets += [score_set("a", "street", set="street-web"), score_set("a", "street", grid="native")]
    found = charts.marks(summarise(sets))
    assert len({mark for mark, _ in found.values()}) == 5
    places = [place for _, place in found.values()]
    assert places == sorted(places)
    assert len(set(places)) == 5
    assert min(places) > -0.5
    assert max(places) < 0.5
    assert list(found)[2] == ("street", "street-photo", "160x240")


def test_titles_stand_above_their_lines():
    figure = charts.intervals(words())
    assert [note.text for note in figure.layout.annotations] == ["a", "b"]
    first, second = (note.y for note in figure.layout.annotations)
    assert first < 0 < second < 1  # the axis runs downwards


def test_texts_of_strangers_are_no_html_in_a_figure():
    evil = '<a href="https://example.org">Best</a><b>model</b>'
    figure = go.Figure()
    figure.add_scatter(
        x=[0.5],
        y=[evil],
        name=evil,
        text=np.array([evil], object),
        customdata=[[evil, 1]],
        hovertemplate="%{text}<br>Dice<extra></extra>",
    )
    figure.add_annotation(text=evil)
    safe = charts.tidy(figure, 300)
    said = safe.to_json()
    assert "<a" not in said
    assert "<b>" not in said
    assert safe.data[0].hovertemplate == "%{text}<br>Dice<extra></extra>"
    assert safe.data[0].name == evil.replace("<", "&lt;")
    assert safe.layout.height == 300
