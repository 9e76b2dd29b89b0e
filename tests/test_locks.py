"""The locks are of today's requirements, have hashes, and name no registry."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = ROOT / ".ci" / "locks"
OF_PYTORCH = {"torch", "torchvision"}


def locked(name: str) -> dict[str, set[str]]:
    """The versions of each package: more than one where systems or Pythons need different ones."""
    found: dict[str, set[str]] = {}
    for block in re.split(r"\n(?=\S)", (LOCKS / name).read_text()):
        if block.startswith("#"):
            continue
        one = Requirement(re.split(r"\s\\\n", block)[0])
        assert re.findall(r"--hash=sha256:[0-9a-f]{64}(?=\s|$)", block), one
        (version,) = one.specifier
        assert version.operator == "=="
        found.setdefault(canonicalize_name(one.name), set()).add(version.version)
    return found


def pins() -> dict[str, str]:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pinned = [Requirement(line) for line in lines if line and line[0].isalpha()]
    return {canonicalize_name(one.name): str(one.specifier)[2:] for one in pinned}


def test_every_pin_is_locked_at_its_version() -> None:
    everything, app = locked("all.txt"), locked("app.txt")
    wrong = {name: version for name, version in pins().items() if everything.get(name) != {version}}
    assert wrong == {}, "run .ci/lock"
    assert {name for name, versions in app.items() if not versions <= everything[name]} == set()


def test_what_the_app_needs_is_in_its_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    needs = [*project["dependencies"], *extras["app"], *extras["api"], *extras["postgres"]]
    names = {canonicalize_name(Requirement(need).name) for need in needs}
    assert names - OF_PYTORCH <= set(locked("app.txt")), "run .ci/lock"
    assert not OF_PYTORCH & set(locked("app.txt"))


@pytest.mark.parametrize("name", ["all.txt", "app.txt"])
def test_no_registry_is_named(name: str) -> None:
    text = (LOCKS / name).read_text()
    assert not re.search(r"://|--(extra-)?index|--find-links|--trusted|@ file", text)
