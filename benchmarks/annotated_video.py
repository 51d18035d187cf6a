"""What a video with boxes costs: its writing against a plain transcoding by PyAV and against the analysis, on one core.

Run: `python -m benchmarks.annotated_video [--seconds 20] [--rounds 3] [--json]`. The peer decodes the same clip and
encodes it by the same x264 with the same settings; it draws nothing. Times are the processor's.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av

from benchmarks._clips import write_face_clip
from inference import Box, FaceMark, annotate_video, load_engine

STEP_MS = 200
X264 = {"crf": "23", "preset": "veryfast", "profile": "high"}  # as inference/video_writer.py
BARS = tuple((0.1 * (place + 1), (0, 30 * place, 200)) for place in range(7))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        clip = write_face_clip(Path(folder) / "clip.mp4", seconds=options.seconds, width=1280, height=720)
        engine = load_engine()
        works: dict[str, Callable[[], object]] = {
            "transcoding by PyAV": lambda: transcode(clip),
            "analysis": lambda: sum(1 for _reading in engine.read_video(clip)),
            "boxes and scores": lambda: annotate(clip),
            "every face blurred": lambda: annotate(clip, is_blurred=True),
        }
        spent = {name: statistics.median(timed(work) for _ in range(options.rounds)) for name, work in works.items()}
    base = spent["transcoding by PyAV"]
    for name, seconds in spent.items():
        length = seconds / options.seconds
        print(f"{name:22} {seconds:6.2f} s  {length:5.2f} x the clip's length  ratio {seconds / base:.2f}")
    if options.json:
        print(json.dumps({"seconds": options.seconds, "spent": spent}))


def timed(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def annotate(clip: Path, *, is_blurred: bool = False) -> None:
    with tempfile.TemporaryFile() as output:
        annotate_video(clip, output, marks(is_blurred), step_ms=STEP_MS)


def marks(is_blurred: bool) -> Iterator[FaceMark]:
    """One face that moves, five times a second; more than any clip needs."""
    for number in range(100_000):
        box = Box(300.0 + number % 200, 200.0, 220.0, 280.0)
        yield FaceMark(number * STEP_MS, 1, box, "1: happy 87%", (0, 140, 194), BARS, is_blurred)


def transcode(clip: Path) -> None:
    """Decode and encode with nothing in between, each frame at its own time, one thread each as here."""
    with av.open(str(clip)) as source, av.open(io.BytesIO(), "w", format="mp4") as target:
        stream = source.streams.video[0]
        stream.codec_context.thread_count = 1
        encoded = target.add_stream("libx264", options=X264)
        encoded.width, encoded.height, encoded.pix_fmt = stream.width, stream.height, "yuv420p"
        encoded.codec_context.time_base = encoded.time_base = Fraction(1, 1000)
        encoded.codec_context.thread_count = 1
        for frame in source.decode(stream):
            t_ms = round(frame.time * 1000)
            frame.pts, frame.time_base, frame.pict_type = t_ms, Fraction(1, 1000), 0
            target.mux(encoded.encode(frame))
        target.mux(encoded.encode(None))


if __name__ == "__main__":
    main()
