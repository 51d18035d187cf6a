"""`raut analyze *.mp4 --csv out.csv`: hand files in, wait, and write what is seen in them into one table."""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from raut_client.client import Raut
from raut_client.errors import RautError
from raut_client.progress import Bar
from raut_client.values import EMOTIONS, Session

COLUMNS = ["file", "session", "t_ms", "face", "x", "y", "w", "h", *EMOTIONS, "dominant", "reason"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0 where every file was read, else 1; what could not be read is named."""
    options = _parse(arguments)
    if not options.token:
        print("No token: set RAUT_TOKEN, or give --token. Account > API tokens makes one.", file=sys.stderr)
        return 2
    read: list[tuple[str, Session]] = []
    with Raut(options.url, options.token) as raut:
        for name in options.files:
            try:
                read.append((name, _analyse(raut, name, options)))
            except (RautError, OSError) as error:
                print(f"{name}: {error}", file=sys.stderr)
        if options.csv and read:
            _write(raut, read, Path(options.csv))
    return 0 if len(read) == len(options.files) else 1


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="raut", description="Reads facial expressions with a Raut server.")
    parser.add_argument("--url", default=os.environ.get("RAUT_URL", "http://127.0.0.1:8000"), help="or RAUT_URL")
    parser.add_argument("--token", default=os.environ.get("RAUT_TOKEN", ""), help="better RAUT_TOKEN: others see this")
    commands = parser.add_subparsers(dest="command", required=True)
    analyze = commands.add_parser("analyze", help="hand videos in and wait for what is seen in them")
    analyze.add_argument("files", nargs="+", metavar="FILE")
    analyze.add_argument("--csv", metavar="FILE", help="a table of every face in every frame that was looked at")
    analyze.add_argument("--study", metavar="ID", help="what they are recorded for")
    analyze.add_argument("--again", action="store_true", help="also what was read before")
    return parser.parse_args(arguments)


def _analyse(raut: Raut, name: str, options: argparse.Namespace) -> Session:
    sending, reading = Bar(f"{Path(name).name}: sent"), Bar(f"{Path(name).name}: read")
    try:
        job = raut.upload(name, study=options.study, again=options.again, on_progress=sending)
        sending.close()
        session = raut.wait(job, on_progress=reading)
    finally:
        sending.close()
        reading.close()
    dominant = (session.summary or {}).get("dominant") or "nothing for sure"
    print(f"{name}: session {session.id}, mostly {dominant}")
    return session


def _write(raut: Raut, read: list[tuple[str, Session]], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for name, session in read:
            for observation in raut.observations(session):
                scores = [observation.scores[emotion] if observation.scores else "" for emotion in EMOTIONS]
                place_and_time = [name, session.id, observation.t_ms, observation.track, *observation.box]
                table.writerow([*place_and_time, *scores, observation.dominant or "", observation.reason or ""])


if __name__ == "__main__":
    sys.exit(main())
