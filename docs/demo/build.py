"""Builds the page of this folder: its files, the network, and ONNX Runtime Web from npm.

``make demo``, or ``python docs/demo/build.py --help``. What is built can lie on any web server.
"""

import argparse
import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PAGE = Path(__file__).parent
ROOT = PAGE.parents[1]
sys.path.insert(0, str(ROOT))

from carseg.core.atomic import write_atomically  # noqa: E402
from carseg.core.errors import CarsegError  # noqa: E402
from carseg.inference.export.files import stated_facts  # noqa: E402
from carseg.service.exporting import ExportOptions, export  # noqa: E402

RUNTIME = "onnxruntime-web@1.30.0"
INTEGRITY = "sha512-" + (
    "q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=="
)
"""Of the package, as npm states it: another file is not taken."""
RUNTIME_FILES = (
    "ort.wasm.min.mjs",
    "ort-wasm-simd-threaded.mjs",
    "ort-wasm-simd-threaded.wasm",
)
PAGE_FILES = ("index.html", "page.css", "page.js", "network.js", "picture.js")
SAMPLES = ("sedan-sunny.jpg", "hatchback-snow.jpg", "van-wet.jpg")
OUT = ROOT / "docs" / "_build" / "html" / "docs" / "demo"
"""Within the site that ``make docs`` builds."""
CALIBRATION = ROOT / "sample_images" / "street"


class BuildError(CarsegError):
    """The page cannot be built; the message says why and what to do."""


def main() -> int:
    """Build the page, and say where it is and how large."""
    p = argparse.ArgumentParser(description="Builds the page that cuts cars out in the browser.")
    p.add_argument("--model", default="street-best", help="one of `carseg models`")
    p.add_argument("--file", type=Path, metavar="FILE.onnx", help="one that carseg export wrote")
    p.add_argument("--float32", action="store_true", help="four times as large as int8")
    p.add_argument(
        "--calibrate",
        type=Path,
        metavar="DIR",
        default=CALIBRATION,
        help="a folder of pictures that int8 is set up on (default: the street samples)",
    )
    p.add_argument("--out", type=Path, default=OUT, help=f"default: {OUT.relative_to(ROOT)}")
    a = p.parse_args()
    try:
        copy_page(a.out)
        copy_runtime(a.out)
        if a.file:
            copy_network(a.file, a.out)
        else:
            _export(a.model, a.out, None if a.float32 else a.calibrate)
    except CarsegError as error:
        print(error, file=sys.stderr)
        return 1
    files = [file for file in a.out.rglob("*") if file.is_file()]
    size = sum(file.stat().st_size for file in files) / 1e6
    print(f"{a.out}: {len(files)} files, {size:.1f} MB.")
    print(f"To see it: python3 -m http.server --directory {a.out}")
    return 0


def copy_page(out: Path) -> None:
    """The page's own files, its icon and its samples."""
    (out / "samples").mkdir(parents=True, exist_ok=True)
    for name in PAGE_FILES:
        shutil.copyfile(PAGE / name, out / name)
    shutil.copyfile(ROOT / "carseg" / "ui" / "icon.svg", out / "icon.svg")
    for name in SAMPLES:
        shutil.copyfile(CALIBRATION / name, out / "samples" / name)


def copy_runtime(out: Path) -> None:
    """ONNX Runtime Web, fetched by npm.

    Raises:
        BuildError: npm is not here, cannot reach its registry, or brings another file.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise BuildError("npm is not here: install Node.js, which brings it.")
    with tempfile.TemporaryDirectory() as folder:
        fetched = subprocess.run(
            [npm, "pack", RUNTIME, "--prefer-offline", "--pack-destination", folder],
            capture_output=True,
            text=True,
            check=False,
        )
        if fetched.returncode:
            why = (fetched.stderr.strip().splitlines() or ["npm says nothing"])[0]
            raise BuildError(f"npm could not fetch {RUNTIME}: {why}")
        (package,) = Path(folder).glob("*.tgz")
        unpack_runtime(package, out)


def unpack_runtime(package: Path, out: Path, integrity: str = INTEGRITY) -> None:
    """The files that the page needs, out of npm's package.

    Raises:
        BuildError: it is not the package that is pinned.
    """
    found = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
    if integrity != f"sha512-{found}":
        raise BuildError(f"The package of {RUNTIME} is not the pinned one: it is not used.")
    with tarfile.open(package) as archive:
        for name in RUNTIME_FILES:
            file = archive.extractfile(f"package/dist/{name}")
            assert file is not None, f"{name} is no file"
            write_atomically(out / name, file.read())


def copy_network(file: Path, out: Path) -> None:
    """An exported file, and what it says about itself as ``model.json``.

    Raises:
        BuildError: ``carseg export`` did not write it.
    """
    facts = stated_facts(file) if file.is_file() else {}
    if not facts:
        raise BuildError(f"'{file}' was not written by carseg export --format onnx.")
    name = f"{facts['model']}.{facts['precision']}.onnx"
    for old in out.glob("*.onnx"):
        old.unlink()
    shutil.copyfile(file, out / name)
    stated = {"file": name, "bytes": file.stat().st_size} | facts
    write_atomically(out / "model.json", json.dumps(stated, indent=2) + "\n")


def _export(model: str, out: Path, calibrate: Path | None) -> None:
    """Export a checkpoint, in int8 where there are pictures to set it up on."""
    with tempfile.TemporaryDirectory() as folder:
        options = ExportOptions(
            model, int8=calibrate is not None, calibrate=calibrate, out=Path(folder)
        )
        (file, *_), found = export(options)
        for parity in found:
            print(parity)
        copy_network(file, out)


if __name__ == "__main__":
    sys.exit(main())
