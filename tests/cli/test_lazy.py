"""What takes seconds to import is imported by the command that needs it, and by no other."""

import subprocess
import sys

import pytest

HEAVY = {
    *("torch", "segmentation_models_pytorch", "pandas", "streamlit", "lightning", "sqlalchemy"),
    *("numpy", "cv2", "PIL", "pydantic", "huggingface_hub"),
}


def loaded(code: str) -> set[str]:
    """The packages that a fresh interpreter has imported after ``code``."""
    code += "\nimport sys; print(*{name.partition('.')[0] for name in sys.modules}, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "code",
    [
        "import carseg; dir(carseg)",
        "from carseg.cli import parser; parser().format_help()",
        "from contextlib import suppress; from carseg.cli import main\n"
        "with suppress(SystemExit): main(['--help'])",
    ],
)
def test_the_package_and_the_help_import_nothing_heavy(code: str):
    assert not loaded(code) & HEAVY


def test_a_command_adds_its_options_when_it_is_chosen():
    code = "from carseg.cli import parser; parser().parse_args(['models', '--json'])"
    assert not loaded(code) & HEAVY
    assert "torch" in loaded("import carseg.models.weights")
