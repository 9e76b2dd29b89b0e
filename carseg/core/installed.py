"""Which versions made a result: carseg, Python, and the libraries that are installed."""

import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from carseg.core.version import __version__

LIBRARIES = (
    "torch",
    "onnxruntime",
    "openvino",
    "numpy",
    "pillow",
    "opencv-contrib-python-headless",
)
"""What masks depend on."""


def versions(libraries: Sequence[str] = LIBRARIES) -> dict[str, str]:
    """Versions by name. A library that is not installed is left out."""
    found = {"carseg": __version__, "python": platform.python_version()}
    for name in libraries:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
