"""Fuzzes by coverage: ``python -m tests.fuzz.atheris_run picture --minutes 10``.

It needs ``pip install atheris``. The corpus is made anew each time, or grows in ``--corpus``.
"""

import argparse
import sys
import tempfile
import warnings
from hashlib import sha256
from pathlib import Path

NAMES = (
    "picture",
    "mask",
    "archive",
    "annotation",
    "names",
    "address",
    "config",
    "comparison",
    "link",
)
ABSENT = "atheris is not installed here: run `pip install atheris` (Linux and macOS), then again."


def main(argv: list[str] | None = None) -> int:
    """Run it; the process ends within libFuzzer, with 77 if there is a fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.atheris_run", description=__doc__)
    parser.add_argument("target", choices=NAMES)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--corpus", type=Path, help="a folder that is kept; default: a new one")
    parser.add_argument("--out", type=Path, default=Path("artifacts/fuzz"), help="for faults")
    args = parser.parse_args(argv)
    try:
        import atheris
    except ImportError:
        print(ABSENT, file=sys.stderr)
        return 2
    with atheris.instrument_imports(include=["carseg"]):
        from tests.fuzz.targets import TARGETS
    warnings.simplefilter("ignore")
    target = TARGETS[args.target]
    folder = args.corpus or Path(tempfile.mkdtemp(prefix="carseg-fuzz-"))
    for place in (folder, args.out):
        place.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds():
        (folder / sha256(seed).hexdigest()[:16]).write_bytes(seed)
    options = [f"-max_total_time={round(60 * args.minutes)}", "-timeout=20", "-rss_limit_mb=4096"]
    options += [f"-artifact_prefix={args.out}/{args.target}-", "-print_final_stats=1"]

    def once(data: bytes) -> None:
        target.check(data)

    atheris.Setup([sys.argv[0], *options, str(folder)], once)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
