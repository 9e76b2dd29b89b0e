"""Opening pages and reading what they say."""

import json
from pathlib import Path

from streamlit.testing.v1 import AppTest

from carseg.core import settings


def open_page() -> AppTest:
    app = AppTest.from_file(str(settings.ROOT / "app.py"), default_timeout=60)
    return app.run().switch_page("pages/dice_table.py").run()


def words(app: AppTest) -> str:
    kinds = ("markdown", "caption", "info", "warning", "error", "header", "text")
    return "\n".join(item.value for kind in kinds for item in app.get(kind))


def view(name: str):
    app = open_page()
    app.button_group(key="view").set_value(name).run()
    assert not app.exception
    return app


def edit(root: Path, name: str, **changes) -> None:
    path = root / name / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
