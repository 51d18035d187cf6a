"""How much of a core webcams keep while videos are analysed on it, or a model is trained.

Run: `python -m benchmarks.process_priorities [--seconds 8] [--json]`. Two processes share one core, each in a session
of its own, as the supervisor starts them. One reads webcam frames as fast as it can. The other reads a video again and
again, with the level of the analysis's worker, with that of the trainer, or (the peer) with none. Processor times of
one run are compared, so other load on the machine matters little.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests import clips

CORE = 0
LOADED_WITHIN_S = 8
LEVELS = ("", "analysis", "training")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        work(*options.child, seconds=options.seconds)
        return
    shares = measure(options.seconds)
    for level, share in shares.items():
        print(f"beside {level or 'a process without a level'}: webcams keep {share:.0%} of the core")
    if options.json:
        print(json.dumps(shares))


def measure(seconds: float) -> dict[str, float]:
    """The webcams' share of the core beside each level."""
    shares = {}
    with tempfile.TemporaryDirectory(prefix="raut-bench-") as folder:
        clip = str(clips.write_clip(Path(folder) / "clip.mp4", clips.moving_face(250)))
        for level in LEVELS:
            begun_at = str(time.time() + LOADED_WITHIN_S)
            children = (["live", "", begun_at], ["video", level, begun_at])
            processes = [_start(child, clip, folder, seconds) for child in children]
            live_s, video_s = (float(process.communicate()[0].split()[-1]) for process in processes)
            shares[level] = live_s / (live_s + video_s)
    return shares


def _start(child: list[str], clip: str, folder: str, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.process_priorities", "--seconds", str(seconds), "--child", *child]
    env = {**os.environ, "CLIP": clip, "RAUT_DATA_DIR": folder, "RAUT_ENV_FILE": os.devnull}
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True)


def work(kind: str, level: str, begun_at: str, *, seconds: float) -> None:
    """Read for so long on one core, and print the processor time that was had."""
    import cv2

    from inference import load_engine
    from webplatform.common.system.priorities import set_process_priority

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webplatform.settings")
    os.sched_setaffinity(0, {CORE})
    set_process_priority(f"{level}@here")
    engine, reader = load_engine(), load_engine().live()
    jpegs = [cv2.imencode(".jpg", frame)[1].tobytes() for frame in clips.moving_face(20)]
    time.sleep(max(0.0, float(begun_at) - time.time()))
    before_s, until_s, count = time.process_time(), time.monotonic() + seconds, 0
    while time.monotonic() < until_s:
        count += 1
        if kind == "live":
            reader.read(jpegs[count % len(jpegs)], count * 100)
            continue
        with engine.read_video(Path(os.environ["CLIP"]), every_ms=200) as video:
            for _reading in video:
                if time.monotonic() > until_s:
                    break
    print(time.process_time() - before_s)


if __name__ == "__main__":
    main()
