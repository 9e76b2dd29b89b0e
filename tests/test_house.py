"""The house rules that no linter knows: names occur once, and asserts compare what they mean to."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def modules(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield file, ast.parse(file.read_text())


def bound_names(tree: ast.Module, package: str) -> set[str]:
    """What a module binds at its top, but for modules of ``package`` that it imports."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module != package:
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {each.id for each in node.targets if isinstance(each, ast.Name)}
    return names


def test_no_submodule_is_hidden_by_a_name_of_its_package():
    hidden = []
    for file, tree in modules("carseg"):
        if file.name == "__init__.py":
            package = ".".join(file.parent.relative_to(ROOT).parts)
            below = {each.stem for each in file.parent.iterdir() if each.suffix in ("", ".py")}
            hidden += [f"{package}.{name}" for name in bound_names(tree, package) & below]
    assert hidden == []


def test_no_public_class_name_is_defined_twice():
    found = defaultdict(list)
    for file, tree in modules("carseg", "pages"):
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(str(file.relative_to(ROOT)))
    assert {name: files for name, files in found.items() if len(files) > 1} == {}


def test_no_assert_carries_a_comparison_as_its_message():
    """``assert a, b == c`` checks that a is true, and compares nothing."""
    wrong = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file, tree in modules("carseg", "pages", "tests")
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert) and isinstance(node.msg, ast.Compare | ast.BoolOp)
    ]
    assert wrong == []
