"""Advice names options that exist: in error texts, in the app and in the documents."""

import argparse
import ast
import re
from pathlib import Path

import pytest

from carseg.cli import parser
from carseg.core.settings import ROOT

OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]+")
OTHER_PROGRAMS = re.compile(
    r"\b(?:pip3?|docker|git|hf|torchrun|uvicorn|nginx|playwright|SBATCH|"
    r"ray (?:start|symmetric-run|get-auth-token))\b[^`\n]*"
)
OF_OTHERS = {
    "--server", "--headless", "--port", "--help", "--version", "--depth", "--no-sandbox",
    "--no-deps", "--index-url", "--extra-index-url", "--gpus", "--nproc_per_node",
    "--nproc-per-node", "--exclude", "--repo-type",
    "--standalone", "--nnodes", "--rm", "--tags", "--privileged", "--user", "--all-files",
    "--mount", "--map-root-user",  # unshare
    "--number",  # tests.fuzz
    "--file", "--float32", "--directory",  # docs/demo/build.py, python -m http.server
    "--url",  # schemathesis
}  # fmt: skip
"""Options of git, pip, docker, Streamlit and others that documents name."""


def verbs() -> dict[str, argparse.ArgumentParser]:
    (found,) = (action for action in parser()._actions if action.choices)
    for command in found.choices.values():
        command.complete()
    return found.choices


def options_of(command: argparse.ArgumentParser) -> set[str]:
    return {name for action in command._actions for name in action.option_strings}


KNOWN = {name: options_of(command) for name, command in verbs().items()}
EVERY = set().union(*KNOWN.values())


def texts(file: Path) -> list[str]:
    """The texts of a module, each f-string and each joined literal as one; no docstrings."""
    tree = ast.parse(file.read_text())
    inside = {id(v) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for v in n.values}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [v.value if isinstance(v, ast.Constant) else "X" for v in node.values]
            found.append("".join(map(str, parts)))
        elif isinstance(node, ast.Constant) and id(node) not in inside:
            found.append(str(node.value))
    return found


MODULES = sorted([*(ROOT / "carseg").rglob("*.py"), *(ROOT / "pages").glob("*.py")])
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "SECURITY.md", *(ROOT / "docs").glob("*.md")])


def missing(text: str) -> set[str]:
    return set(OPTION.findall(OTHER_PROGRAMS.sub("", text))) - EVERY - OF_OTHERS


@pytest.mark.parametrize("file", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_texts_name_options_that_exist(file: Path) -> None:
    assert {name for text in texts(file) for name in missing(text)} == set()


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda p: p.name)
def test_documents_name_options_that_exist(file: Path) -> None:
    assert missing(file.read_text()) == set()


@pytest.mark.parametrize("file", [*MODULES, *DOCUMENTS], ids=lambda p: str(p.relative_to(ROOT)))
def test_a_command_in_a_text_has_the_options_that_stand_beside_it(file: Path) -> None:
    held = texts(file) if file.suffix == ".py" else file.read_text().splitlines()
    wrong = []
    for text in held:
        for verb, rest in re.findall(r"(?:carseg|\./carseg) ([a-z]+)((?: [^`|&;\n]*)?)", text):
            if verb in KNOWN:
                named = set(OPTION.findall(rest.split(" carseg ")[0]))
                wrong += [f"{verb} {name}" for name in named - KNOWN[verb] - OF_OTHERS]
    assert wrong == []
