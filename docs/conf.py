"""How Sphinx makes the site: ``make docs``. Building it runs the notebooks.

The source folder is that of the repository, so that a link means the same on the site and in the
checkout. Only the documents below are read.
"""

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

root_doc = "docs/index"
include_patterns = ["*.md", "docs/*.md", "docs/*.ipynb", "weights/README.md"]
exclude_patterns = [".*", "artifacts", "carseg", "docs/_build", "pages", "runs", "sample_images"]
exclude_patterns += ["tests", "weights/*/"]

extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode", "myst_nb"]
html_theme = "furo"
html_title = f"carseg {__version__}"
html_favicon = "../carseg/ui/icon.svg"
html_extra_path = ["site"]

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_preserve_defaults = True
add_module_names = False

# Each notebook runs at every build, in its own folder; an error in it stops the build.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 600
nb_output_stderr = "remove"
myst_heading_anchors = 3
