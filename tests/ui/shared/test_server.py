"""The server says in one line where the app is, and opens it where there is a screen."""

import asyncio

import pytest
import streamlit as st
from streamlit import cli_util, config

from carseg.ui.shared import server, warm


def started(monkeypatch: pytest.MonkeyPatch, **options: object) -> list[str]:
    """Start and stop with these options of ``server``; the addresses that were opened."""
    opened: list[str] = []
    known = {f"server.{name}": value for name, value in options.items()}
    true = config.get_option
    asked = lambda name: known.get(name, true(name))  # noqa: E731
    monkeypatch.setattr(config, "get_option", asked)
    monkeypatch.setattr(st, "get_option", asked)
    monkeypatch.setattr(cli_util, "open_browser", opened.append)
    monkeypatch.setattr(warm, "begin", lambda _: opened.append("loads"))

    async def run() -> None:
        async with server.serving(None):
            pass

    asyncio.run(run())
    return opened


@pytest.mark.parametrize(
    ("listens", "shown"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "localhost"), (None, "localhost")],
)
def test_one_line_says_where_the_app_is(monkeypatch, capsys, listens, shown):
    opened = started(monkeypatch, address=listens, headless=False, port=8765)
    here = f"http://{shown}:8765"
    assert opened == [here, "loads"]
    assert capsys.readouterr().out == f"carseg is at {here} (Ctrl+C stops it)\n"


def test_no_browser_is_opened_where_nobody_looks(monkeypatch):
    assert started(monkeypatch, address="127.0.0.1", headless=True) == ["loads"]
