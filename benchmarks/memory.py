"""Memory and pace do not depend on a video's length: one minute against twenty, each read in a process of its own.

Run: `python -m benchmarks.memory [--minutes 20] [--json]`. Prints both peaks of memory and their difference (must be
under 5 %), and for the long video the time per sampled frame in its first and last tenth. (The scores' memory over
10,000 calls is `python -m benchmarks.runtimes --creep`.)
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._clips import repeat_clip, write_face_clip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(read(options.child)))
        return
    with tempfile.TemporaryDirectory() as folder:
        piece = write_face_clip(Path(folder) / "piece.mp4", seconds=20, width=640, height=480)
        short, long = (
            in_own_process(repeat_clip(piece, Path(folder) / f"{minutes}.mp4", 3 * minutes))
            for minutes in (1, options.minutes)
        )
    result = {
        "peak_mb_1_minute": short["peak_mb"],
        f"peak_mb_{options.minutes}_minutes": long["peak_mb"],
        "difference": round(long["peak_mb"] / short["peak_mb"] - 1, 4),
        "frames_sampled": [short["frames"], long["frames"]],
        "ms_first_tenth": long["ms_first_tenth"],
        "ms_last_tenth": long["ms_last_tenth"],
        "last_over_first": round(long["ms_last_tenth"] / long["ms_first_tenth"], 3),
    }
    for name, value in result.items():
        print(f"{name:24} {value}")
    if options.json:
        print(json.dumps(result))


def in_own_process(video: Path) -> dict:
    command = [sys.executable, "-m", "benchmarks.memory", "--child", str(video)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def read(video: Path) -> dict:
    """Read a whole video; its peak of memory in MB, and the pace at both ends (medians per sampled frame, ms)."""
    from inference import load_engine

    paces, last = [], time.perf_counter()
    for _ in load_engine().read_video(video):
        now = time.perf_counter()
        paces.append((now - last) * 1000)
        last = now
    tenth = max(len(paces) // 10 // 16, 1) * 16  # whole batches of the engine: it hands readings out in sixteens
    return {
        "frames": len(paces),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "ms_first_tenth": round(statistics.mean(paces[16 : 16 + tenth]), 2),
        "ms_last_tenth": round(statistics.mean(paces[-tenth:]), 2),
    }


if __name__ == "__main__":
    main()
