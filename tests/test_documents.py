"""The documents: short enough, true about where things are, and without dead links."""

import json
import re
from pathlib import Path

import pytest

from carseg.core.settings import ROOT

INSTALL = "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "weights/README.md"])
NOTEBOOKS = sorted((ROOT / "docs").glob("*.ipynb"))
MAP = re.compile(r"^## Where is \.\.\.\?\n(.*?)^## ", re.DOTALL | re.MULTILINE)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_readme_is_short_and_has_the_two_commands():
    readme = (ROOT / "README.md").read_text()
    assert len(readme.split()) <= 1_200
    lines = readme.splitlines()
    assert f"{INSTALL} && .venv/bin/streamlit run app.py" in lines
    assert f"{INSTALL} && .venv/bin/pytest" in lines


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_links_to_files_lead_somewhere(document):
    targets = re.findall(r"\]\(([^)#\s]+)", document.read_text())
    files = [target for target in targets if "://" not in target]
    missing = [file for file in files if not (document.parent / file).exists()]
    assert missing == []


def test_the_map_of_the_house_names_what_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    rows = [row for row in MAP.search(text).group(1).splitlines() if row.startswith("| ")]
    assert len(rows) >= 2 + 20
    for row in rows[2:]:
        answer, folder = row.split("|")[2], ROOT
        for name in re.findall(r"`([\w./]+(?:\.\w+|/))`", answer):
            # A bare name lies in the folder of the one before it.
            found = next((p for p in (ROOT, ROOT / "carseg", folder) if (p / name).exists()), None)
            assert found, f"{name} in: {row}"
            folder = (found / name).parent


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=named)
def test_notebooks_are_kept_without_outputs(notebook):
    cells = json.loads(notebook.read_text())["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert len(code) > 0
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
