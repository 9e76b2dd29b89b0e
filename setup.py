"""What goes into the wheel; all else is in pyproject.toml.

The app, the sample pictures, the scores of every checkpoint and the smallest good one's weights lie
beside the package in the checkout. In the wheel they lie within it, as ``carseg/shipped``, in the
same order: ``carseg.core.settings.ROOT`` is the one or the other.
"""

from setuptools import find_packages, setup

SHIPPED = "carseg.shipped"
PACKAGE_FILES = [
    "py.typed",
    "*.txt",
    "*.csv",
    "*.css",
    "*.js",
    "*.html",
    "*.svg",
    "*.mako",
    "*.ini",
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

packages = find_packages(include=["carseg", "carseg.*"])
setup(
    packages=[*packages, SHIPPED],
    package_dir={SHIPPED: "."},
    package_data={SHIPPED: SHIPPED_FILES} | dict.fromkeys(packages, PACKAGE_FILES),
)
