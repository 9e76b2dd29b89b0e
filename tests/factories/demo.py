"""The page of ``docs/demo``: its sources, and the script that builds it."""

import importlib.util
import os
from pathlib import Path
from types import ModuleType

from carseg.core.settings import ROOT

SOURCES = ROOT / "docs" / "demo"


def build_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("demo_build", SOURCES / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def built_page() -> Path:
    """Where the built page is, or would be."""
    return Path(os.environ.get("CARSEG_DEMO", build_script().OUT))
