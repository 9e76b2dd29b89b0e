"""What no linter checks: names that hide modules, and asserts that check nothing."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from carseg.core import settings

PACKAGES = sorted((settings.ROOT / "carseg").rglob("__init__.py"))
TESTS = sorted((settings.ROOT / "tests").rglob("*.py"))
TRUTHS = (ast.Compare, ast.BoolOp)


def names_of(package: Path) -> Iterator[str]:
    """What a package's ``__init__`` defines or imports, its own submodules left out."""
    for node in ast.parse(package.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.ImportFrom) and node.module != module_of(package):
            yield from (alias.asname or alias.name for alias in node.names)


def module_of(package: Path) -> str:
    return ".".join(package.parent.relative_to(settings.ROOT).parts)


def untrue(source: str) -> list[int]:
    """The lines of asserts that compare in their message and not in what they assert."""
    asserts = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assert))
    return [node.lineno for node in asserts if isinstance(node.msg, TRUTHS)]


@pytest.mark.parametrize("package", PACKAGES, ids=module_of)
def test_no_name_hides_a_module(package: Path):
    folder = package.parent
    rooms = {path.parent.name for path in folder.glob("*/__init__.py")}
    modules = {path.stem for path in folder.glob("*.py") if path != package}
    assert not (rooms | modules) & set(names_of(package))


def test_no_assert_carries_a_comparison_as_its_message():
    assert untrue("assert width, height == 3") == [1]
    assert untrue("assert (width, height) == (2, 3), 'the size'") == []
    found = {str(path): lines for path in TESTS if (lines := untrue(path.read_text()))}
    assert not found
