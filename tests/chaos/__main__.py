"""`python -m tests.chaos --minutes 20 --seed 7 --database postgres`: faults on a whole platform; a loss fails it."""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Run, print the figures, and say whether all held."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(10_000), help="the same seed plans the same faults"
    )
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--only", nargs="*", default=(), help="faults whose name holds one of these words, such as web")
    parser.add_argument("--keep", action="store_true", help="keep the platform's folder, to look for what went wrong")
    asked = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from tests.chaos.faults import plan_faults
    from tests.chaos.run import run_chaos  # needs Django's settings

    print(f"seed {asked.seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="raut-chaos-"))
    how = {"seed": asked.seed, "database": asked.database, "folder": folder, "most_s": asked.minutes * 60}
    plan = plan_faults(asked.seed, asked.database, asked.only)
    figures = run_chaos(**how, plan=plan, say=lambda line: print(line, flush=True))
    print(*figures.lines(), sep="\n")
    if asked.keep:
        print(f"kept: {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if figures.problems else 0


if __name__ == "__main__":
    sys.exit(main())
