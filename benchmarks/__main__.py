"""Runs the benchmarks, all of them or those that are named: `python -m benchmarks [NAME…]`."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAMES = sorted(file.stem for file in HERE.glob("[a-z]*.py"))
ARGUMENTS = {"live_load": ("--ladder", "--peer")}  # what belongs to the claim


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    names = parser.parse_args().names or NAMES
    if unknown := sorted(set(names) - set(NAMES)):
        parser.error(f"there is no benchmark called {', '.join(unknown)}; there are {', '.join(NAMES)}")
    failed = [name for name in names if run(name) != 0]
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
    return len(failed)


def run(name: str) -> int:
    """Run one benchmark in a process of its own, so that none measures what another left behind."""
    print(f"\n== {name}", flush=True)
    return subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *ARGUMENTS.get(name, ())], cwd=HERE.parent, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(min(main(), 1))
