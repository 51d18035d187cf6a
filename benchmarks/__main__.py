"""Runs the benchmarks, all of them or those that are named: `python -m benchmarks [NAME…] [--faces FILE]`."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAMES = sorted(file.stem for file in HERE.glob("[a-z]*.py"))
NEED_FACES = {file.stem for file in HERE.glob("[a-z]*.py") if '"--faces"' in file.read_text(encoding="utf-8")}
ARGUMENTS = {"live_load": ("--ladder", "--peer")}  # what belongs to the claim


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--faces", type=Path, help="fer2013.zip, for those that measure accuracy")
    options = parser.parse_args()
    names = options.names or NAMES
    if unknown := sorted(set(names) - set(NAMES)):
        parser.error(f"there is no benchmark called {', '.join(unknown)}; there are {', '.join(NAMES)}")
    failed = [name for name in names if run(name, options.faces) != 0]
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
    return len(failed)


def run(name: str, faces: Path | None) -> int:
    """Run one benchmark in a process of its own, so that none measures what another left behind."""
    print(f"\n== {name}", flush=True)
    arguments = [*ARGUMENTS.get(name, ())]
    if faces is not None and name in NEED_FACES:
        arguments += ["--faces", str(faces.resolve())]
    command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
    return subprocess.run(command, cwd=HERE.parent, check=False).returncode


if __name__ == "__main__":
    sys.exit(min(main(), 1))
