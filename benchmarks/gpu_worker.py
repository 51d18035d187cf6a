"""Faces, video frames and webcams by the second with RAUT_BACKEND=tensorflow, on the GPU where TensorFlow sees one.

Run: `python -m benchmarks.gpu_worker [--seconds 10] [--json]`. Beside it LiteRT, on the processor, with the same faces
and frames; each works in a process of its own. A webcam sends 10 frames a second at 640x480, read as the web process
does: in two threads, in batches of up to 16 frames (LiteRT: 4). How many webcams that is says what one process can read
in all; how many are answered in time is for `live_load --url` to say, with the server on that machine. `cores` is what
the webcams' part got of the processor: where others use the machine too, divide by it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # it may be started as a file

import inference
from benchmarks._clips import face_jpegs, write_face_clip
from inference.bundle import read_bundle
from inference.classifier import load_classifier
from training.device import device_name

BATCHES = (1, 4, 16, 32)  # the sizes that the network is called with
FRAMES_TOGETHER = {"litert": 4, "tensorflow": 16}  # as webplatform/live/batching.py
THREADS = 2
FPS = 10
EVERY_MS = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--backend", choices=FRAMES_TOGETHER, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.backend:
        print(json.dumps(measure(options.backend, options.seconds)))
        return
    rows = [in_its_own_process(backend, options.seconds) for backend in FRAMES_TOGETHER]
    if options.json:
        print(json.dumps(rows))
        return
    print(
        "| | device | faces a second, by batch of " + ", ".join(map(str, BATCHES)) + " | frames of webcams a second |",
        end="",
    )
    print(f" webcams of {FPS} fps | video, times its length | cores |\n|---|---|---|---|---|---|---|")
    for row in rows:
        faces = ", ".join(f"{row['faces_per_s'][str(size)]:,.0f}" for size in BATCHES)
        cells = (
            row["backend"],
            row["device"],
            faces,
            row["live_frames_per_s"],
            row["webcams"],
            row["video_speed"],
            row["cores"],
        )
        print("|", " | ".join(map(str, cells)), "|")


def in_its_own_process(backend: str, seconds: float) -> dict[str, Any]:
    command = [sys.executable, str(Path(__file__)), "--backend", backend, "--seconds", str(seconds)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output.splitlines()[-1])


def measure(backend: str, seconds: float) -> dict[str, Any]:
    """What one backend does, each for a third of the time at least."""
    part_s = seconds / 3
    faces = measure_faces(backend, part_s / len(BATCHES))
    engine = inference.load_engine(backend=backend)
    began_s, cpu_s = time.perf_counter(), time.process_time()
    frames_per_s = measure_webcams(engine, FRAMES_TOGETHER[backend], part_s)
    cores = (time.process_time() - cpu_s) / (time.perf_counter() - began_s)
    return {
        "backend": backend,
        "device": device_name() if backend == "tensorflow" else "CPU",
        "faces_per_s": faces,
        "live_frames_per_s": round(frames_per_s, 1),
        "webcams": int(frames_per_s / FPS),
        "cores": round(cores, 2),
        "video_speed": round(measure_video(engine, part_s), 1),
    }


def measure_faces(backend: str, seconds: float) -> dict[str, float]:
    """Faces scored a second by the network alone, for each size of batch."""
    bundle = read_bundle(inference.SHIPPED_BUNDLE)
    classifier = load_classifier(bundle, backend=backend)
    side = bundle.spec.input_size
    faces = np.random.default_rng(1).integers(0, 255, (max(BATCHES), side, side, 1), np.uint8)
    return {
        str(size): size * by_the_second(lambda size=size: classifier.classify(faces[:size]), seconds)
        for size in BATCHES
    }


def measure_webcams(engine: inference.Engine, webcams: int, seconds: float) -> float:
    """Frames read a second: decoded, searched for faces and scored, in two threads with webcams of their own."""
    jpegs = face_jpegs(63)

    def watch(number: int) -> float:
        readers = [engine.live() for _ in range(webcams)]
        numbers = iter(range(1, 10**9))

        def read() -> None:
            frame_number = next(numbers)
            readings = inference.read_together(
                [
                    inference.LiveFrame(reader, jpegs[(frame_number + index) % len(jpegs)], frame_number * 1000 // FPS)
                    for index, reader in enumerate(readers)
                ]
            )
            assert all(isinstance(reading, inference.FrameReading) for reading in readings), readings

        return webcams * by_the_second(read, seconds)

    with ThreadPoolExecutor(THREADS) as threads:
        return sum(threads.map(watch, range(THREADS)))


def measure_video(engine: inference.Engine, seconds: float) -> float:
    """Seconds of 720p video, five frames of each of them read, by the second."""
    length_s = 5
    with tempfile.TemporaryDirectory() as folder:
        clip = write_face_clip(Path(folder) / "face.mp4", seconds=length_s)

        def read() -> None:
            with engine.read_video(clip, every_ms=EVERY_MS) as video:
                assert sum(1 for _ in video) >= length_s * 1000 // EVERY_MS

        return length_s * by_the_second(read, seconds)


def by_the_second(work: Callable[[], object], seconds: float) -> float:
    """How often a second the work is done, once it is warm; at least three times."""
    work()
    began_s, done = time.perf_counter(), 0
    while done < 3 or time.perf_counter() - began_s < seconds:
        work()
        done += 1
    return done / (time.perf_counter() - began_s)


if __name__ == "__main__":
    main()
