"""Frames a second against PyPI `fer`: the same clip, the same sampling, in turns, on the same single core.

Run: `python -m benchmarks.peer_fer [--seconds 15] [--rounds 3] [--json] [--python PATH]`. Must be 5 or more times as
fast as the quicker of fer's two ways. All sit on one core, so what else runs there slows each in turn: the ratio is
taken of processor seconds, which on an idle core are those of the clock (both rates are printed). fer wants other
versions of what Raut uses, so it gets an environment of its own, `.venv-fer`, made at the first run; `--python` names
another one that has it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import IO

from benchmarks._clips import write_face_clip
from inference import Engine, load_engine

HERE = Path(__file__).resolve().parent
FPS, EVERY_MS = 30, 200
WAYS = ("Video.analyze", "FER.detect_emotions")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--python", type=Path, default=HERE.parent / ".venv-fer" / "bin" / "python")
    options = parser.parse_args()
    make_environment(options.python)
    with tempfile.TemporaryDirectory() as folder:
        clip = write_face_clip(Path(folder) / "clip.mp4", seconds=options.seconds, fps=FPS)
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # the child inherits it
        rounds = race(clip, options.python, options.rounds)
    result = summarise(rounds)
    print_table(result)
    if options.json:
        print(json.dumps(result))


def make_environment(python: Path, requirements: Path = HERE / "requirements-fer.txt") -> None:
    """Install a peer beside the given interpreter, unless it is there already.

    The first package of the file, the peer itself, goes in without what it asks for; the others are that.
    """
    if python.exists():
        return
    print(f"Making {python.parent.parent} …", file=sys.stderr)
    venv.create(python.parent.parent, with_pip=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    lines = requirements.read_text(encoding="utf-8").splitlines()
    peer, *dependencies = [line for line in lines if line and not line.startswith("#")]
    subprocess.run([*pip, "--no-deps", peer], check=True)
    subprocess.run([*pip, *dependencies], check=True)


def race(clip: Path, python: Path, rounds: int) -> list[dict[str, dict[str, float]]]:
    """Let Raut and both ways of fer analyse the clip in turns; the models are loaded and warm beforehand."""
    engine = load_engine()
    analyse(engine, clip)
    command = [str(python), str(HERE / "_fer_child.py"), str(clip), str(FPS * EVERY_MS // 1000)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        assert child.stdin and child.stdout
        read_answer(child.stdout)
        return [
            {"raut": analyse(engine, clip)} | {way: ask(child.stdin, child.stdout, way) for way in WAYS}
            for _ in range(rounds)
        ]


def analyse(engine: Engine, clip: Path) -> dict[str, float]:
    started, cpu_started = time.perf_counter(), time.process_time()
    readings = list(engine.read_video(clip, every_ms=EVERY_MS))
    return {
        "seconds": time.perf_counter() - started,
        "cpu_s": time.process_time() - cpu_started,
        "frames": len(readings),
        "faces": sum(len(reading.faces) for reading in readings),
    }


def ask(to_child: IO[str], from_child: IO[str], way: str) -> dict[str, float]:
    print(way, file=to_child, flush=True)
    return read_answer(from_child)


def read_answer(from_child: IO[str]) -> dict[str, float]:
    line = from_child.readline()
    if not line:
        raise SystemExit("fer's process ended without an answer; run benchmarks/_fer_child.py by itself to see why.")
    return json.loads(line)


def summarise(rounds: list[dict[str, dict[str, float]]]) -> dict:
    """Medians over the rounds; the ratio is taken round by round, against the quicker of fer's ways."""
    result: dict = {"rounds": len(rounds)}
    for name in rounds[0]:
        result[name] = {
            "frames_per_cpu_second": round(statistics.median(rate(turn, name) for turn in rounds), 2),
            "frames_per_second": round(statistics.median(rate(turn, name, "seconds") for turn in rounds), 2),
            "frames": rounds[0][name]["frames"],
            "faces": rounds[0][name]["faces"],
        }
    for way in WAYS:
        ratios = [rate(turn, "raut") / rate(turn, way) for turn in rounds]
        result[way] |= {"ratio": round(statistics.median(ratios), 2), "ratio_least": round(min(ratios), 2)}
    return result | {name: min(result[way][name] for way in WAYS) for name in ("ratio", "ratio_least")}


def rate(turn: dict[str, dict[str, float]], name: str, clock: str = "cpu_s") -> float:
    return turn[name]["frames"] / turn[name][clock]


def print_table(result: dict) -> None:
    print("\n| | frames per processor second | frames a second | frames | faces found | Raut is faster by |")
    print("|---|---|---|---|---|---|")
    for name in ("raut", *WAYS):
        row = result[name]
        rates = f"{row['frames_per_cpu_second']} | {row['frames_per_second']}"
        print(f"| {name} | {rates} | {row['frames']} | {row['faces']} | {row.get('ratio', '')} |")
    print(
        f"\nratio to the quicker way {result['ratio']} "
        f"(least of {result['rounds']} rounds {result['ratio_least']}; must be 5 or more)"
    )


if __name__ == "__main__":
    main()
