"""What goes into the wheel; all else is in pyproject.toml.

The app, the sample pictures, the scores of every checkpoint and the smallest good one's weights lie
beside the package in the checkout. In the wheel they lie within it, as ``carseg/shipped``, in the
same order: ``carseg.core.settings.ROOT`` is the one or the other.
"""

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

SHIPPED = "carseg.shipped"
PACKAGE_FILES = [
    "py.typed",
    *(f"**/*.{kind}" for kind in ("txt", "csv", "css", "js", "html", "svg", "mako", "ini")),
]
SHIPPED_FILES = [
    "pages/*.py",
    ".streamlit/config.toml",
    "weights/**/*.json",
    "weights/**/*.csv",
    "weights/*/*.md",
    "weights/*/*.png",
    "weights/street-best/model.safetensors",
    "sample_images/*.md",
    "sample_images/backgrounds/*",
    "sample_images/masks/*",
    "sample_images/street/*",
    "sample_images/studio/*",
]


class Build(build_py):
    """Of the checkout's own folder, app.py is the one module that is shipped."""

    def find_package_modules(self, package: str, package_dir: str) -> list[tuple[str, str, str]]:
        """(package, module, file) of each module to copy."""
        found = super().find_package_modules(package, package_dir)
        return [module for module in found if package != SHIPPED or module[1] == "app"]


packages = find_packages(include=["carseg", "carseg.*"])
setup(
    cmdclass={"build_py": Build},
    packages=[*packages, SHIPPED],
    package_dir={SHIPPED: "."},
    package_data={"carseg": PACKAGE_FILES, SHIPPED: SHIPPED_FILES},
)
