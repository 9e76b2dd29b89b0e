"""Runs pip-audit on a lock and tells a version with a weakness from a service without an answer."""

import json
import re
import subprocess
import sys
from pathlib import Path

OPTIONS = ("--require-hashes", "--disable-pip", "--format=json", "--progress-spinner=off")
NO_ANSWER = "PyPI's list of weaknesses cannot be reached from here: nothing was audited."


def audit(lock: Path) -> list[dict]:
    """What pip-audit says of each package; nothing if there is no answer."""
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", *OPTIONS, "-r", str(lock)],
        capture_output=True,
        text=True,
        timeout=600,
    )
    try:
        return json.loads(done.stdout)["dependencies"]
    except ValueError:
        return []


def main(lock: Path, place: Path) -> int:
    """1 if a version has a known weakness."""
    # One package first: a registry without the list would be asked for nothing 200 times.
    name = next(line for line in lock.read_text().splitlines() if re.match(r"[a-z0-9-]+==", line))
    one = place / "one.txt"
    one.write_text(f"{name.split()[0]} --hash=sha256:{'0' * 64}\n")
    if not any("vulns" in package for package in audit(one)):
        print(NO_ANSWER)
        return 0
    packages = audit(lock)
    asked = [package for package in packages if "vulns" in package]
    weak = [package for package in asked if package["vulns"]]
    for package in weak:
        for weakness in package["vulns"]:
            mended = ", ".join(weakness["fix_versions"]) or "no version yet"
            print(f"{package['name']} {package['version']}: {weakness['id']}, mended in {mended}")
    print(f"{len(asked)} of {len(packages)} packages audited, {len(weak)} with a known weakness.")
    return 1 if weak else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
