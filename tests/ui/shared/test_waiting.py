"""Somebody who waits for the gate sees the place in the queue."""

import threading

from streamlit.testing.v1 import AppTest

from carseg.core.gate import NETWORKS, PIXELS
from carseg.ui.shared.waiting import ICON, place_words


def page() -> None:
    """A page whose one picture is as large as any."""
    import streamlit as st

    from carseg.core.gate import PIXELS
    from carseg.ui.shared.waiting import showing_place

    with showing_place(), PIXELS.enter(PIXELS.most):
        st.text("done")
    st.session_state["told"] = True


def test_the_place_is_shown_and_goes_away(monkeypatch):
    said = []
    monkeypatch.setattr(
        "carseg.ui.shared.waiting.place_words", lambda n: said.append(n) or place_words(n)
    )
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with PIXELS.enter(PIXELS.most):
            inside.set()
            leave.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    assert inside.wait(5)
    threading.Timer(1.0, leave.set).start()
    app = AppTest.from_function(page, default_timeout=30).run()
    holder.join()
    assert said == [1]
    assert [text.value for text in app.text] == ["done"]
    assert not app.info
    assert "One other picture is" in place_words(1)
    assert "3 other pictures are" in place_words(3)


def test_nothing_is_drawn_where_nobody_waits():
    app = AppTest.from_function(page, default_timeout=30).run()
    assert [text.value for text in app.text] == ["done"]
    assert not app.info


def arrival() -> None:
    """A page that brings something while others wait."""
    from carseg.ui.shared.waiting import tell_at_once

    tell_at_once()


def test_who_comes_hears_at_once_how_many_wait(monkeypatch):
    app = AppTest.from_function(arrival, default_timeout=30).run()
    assert not app.info, "nobody waits"
    monkeypatch.setattr(NETWORKS, "_waiting", [object()] * 3)
    monkeypatch.setattr(PIXELS, "_waiting", [object()])
    (notice,) = app.run().info
    assert notice.value == place_words(4)
    assert notice.icon == ICON
