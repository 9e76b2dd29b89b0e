"""How Sphinx makes the site: ``make docs``. Building it runs the notebooks."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
# This checkout is documented, whatever else is installed; the notebooks' kernel inherits it.
sys.path.insert(0, str(ROOT))
os.environ["PYTHONPATH"] = str(ROOT)

from carseg.core.version import __version__  # noqa: E402

project, author = "carseg", "the carseg maintainers"
copyright = f"2026, {author}"
version = release = __version__

extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode", "myst_nb"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"carseg {__version__}"
html_favicon = "../carseg/ui/icon.svg"

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_preserve_defaults = True
add_module_names = False

# Each notebook runs at every build, in its own folder; an error in it stops the build.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 600
myst_heading_anchors = 3
