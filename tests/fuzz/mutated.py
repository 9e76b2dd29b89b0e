"""Damages made files and reads them: ``python -m tests.fuzz.mutated picture --number 30000``.

It ends with 1 if anything but the app's own errors comes out, and keeps the bytes in a file.
"""

import argparse
import random
import sys
import time
import traceback
import warnings
from pathlib import Path

from tests.fuzz.mutation import mutated
from tests.fuzz.targets import TARGETS


def main(argv: list[str] | None = None) -> int:
    """Run it; 0 if no fault was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.mutated", description=__doc__)
    parser.add_argument("target", choices=[*TARGETS, "all"])
    parser.add_argument("--number", type=int, default=10_000, help="of files, for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("artifacts/fuzz"), help="for faults")
    args = parser.parse_args(argv)
    warnings.simplefilter("ignore")  # Pillow warns about what is damaged
    chosen = [*TARGETS] if args.target == "all" else [args.target]
    return int(sum(_run(name, args) for name in chosen) > 0)


def _run(name: str, args: argparse.Namespace) -> int:
    """Faults of one target."""
    target, chance = TARGETS[name], random.Random(args.seed)
    seeds, faults, slowest, begun = target.seeds(), 0, 0.0, time.perf_counter()
    for number in range(args.number):
        data = mutated(chance.choice(seeds), seeds, chance)
        before = time.perf_counter()
        try:
            target.check(data)
        except Exception:
            faults += 1
            args.out.mkdir(parents=True, exist_ok=True)
            place = args.out / f"{name}-{number}"
            place.write_bytes(data)
            print(f"{place}:\n{traceback.format_exc(limit=-3)}", file=sys.stderr)
        slowest = max(slowest, time.perf_counter() - before)
    print(
        f"{name}: {args.number:,} files from {len(seeds)}, {faults} faults, "
        f"{time.perf_counter() - begun:.0f} s, the slowest {slowest:.2f} s"
    )
    return faults


if __name__ == "__main__":
    sys.exit(main())
