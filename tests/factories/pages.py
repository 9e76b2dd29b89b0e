"""Opening pages and reading what they say."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from streamlit.testing.v1 import AppTest

from carseg.core import settings

SIDE_BY_SIDE = "Mean Dice in the studio and on the street"
"""How the alternative text of the first table on the Dice table's page begins."""


SECTIONS = ("dice-trivial", "dice-gap", "dice-free", "dice-every")
"""Keys of what unfolds below the first table there."""


def open_page(*, unfolded: bool = True) -> AppTest:
    """The Dice table's page, with everything below its first table unfolded."""
    app = AppTest.from_file(str(settings.ROOT / "app.py"), default_timeout=60)
    app.run().switch_page("pages/dice_table.py")
    for section in SECTIONS if unfolded else ():
        app.session_state[section] = True
    return app.run()


def words(app: AppTest) -> str:
    kinds = ("markdown", "caption", "info", "warning", "error", "header", "text")
    return "\n".join(item.value for kind in kinds for item in app.get(kind))


def view(name: str):
    app = open_page()
    app.button_group(key="view").set_value(name).run()
    assert not app.exception
    return app


def keyed(app: AppTest, kind: str, start: str) -> Any:
    """The one widget of a kind whose key begins so; what follows may count rounds."""
    (found,) = (widget for widget in app.get(kind) if (widget.key or "").startswith(start))
    return found


def only(alerts: Sequence[Any]) -> str:
    """What the one alert says."""
    (alert,) = alerts
    return alert.value


def tables_of(app: AppTest, alt: str) -> list[pd.DataFrame]:
    """The values of all tables whose alternative text begins so, from top to bottom."""
    return [item.value for item in (*app.dataframe, *app.table) if item.proto.alt.startswith(alt)]


def table_of(app: AppTest, alt: str) -> pd.DataFrame:
    """The values of the one table whose alternative text begins so."""
    (found,) = tables_of(app, alt)
    return found


def edit(root: Path, name: str, **changes) -> None:
    path = root / name / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
