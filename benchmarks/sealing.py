"""What sealing a video costs: decoding and analysing it sealed, against the same file in plain, in turns, on one core.

Run: `python -m benchmarks.sealing [--seconds 20] [--rounds 5] [--json]`. Times are the processor's, so that what else
runs on the machine counts less. A ratio is sealed over plain: 1.0 means that sealing costs nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from benchmarks._clips import write_face_clip
from inference import Engine, load_engine
from inference.container import VideoLimits, open_video
from webplatform.vault.sealed import SealedWriter, new_key, open_sealed

UPLOAD_CHUNK = 64 * 1024  # as Django hands uploads on
RANGE = 256 * 1024  # as the platform answers a player
Opener = Callable[[], BinaryIO]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clip, sealed, key = (
            write_face_clip(Path(folder) / "clip.mp4", seconds=options.seconds),
            Path(folder) / "s",
            new_key(),
        )
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        write_sealed(clip, sealed, key)
        engine = load_engine()
        analyse(engine, lambda: clip.open("rb"))  # a warm-up: models loaded, the file in memory
        openers: dict[str, Opener] = {"plain": lambda: clip.open("rb"), "sealed": lambda: open_sealed(sealed, key)}
        copy = Path(folder) / "copy"
        rounds = [one_round(engine, openers, (clip, copy, key), is_odd=bool(n % 2)) for n in range(options.rounds)]
        size_mb = clip.stat().st_size / 1e6
    print_table(rounds, options.seconds, size_mb)
    if options.json:
        print(json.dumps({"mb": round(size_mb, 1), "rounds": rounds}))


def one_round(
    engine: Engine, openers: dict[str, Opener], files: tuple[Path, Path, bytes], *, is_odd: bool
) -> dict[str, float]:
    """Processor seconds of each kind of work, plain and sealed; every other round the other way round."""
    clip, copy, key = files
    spent = {"write plain": timed(lambda: write_plain(clip, copy))}
    spent["write sealed"] = timed(lambda: write_sealed(clip, copy, key))
    for kind, opener in sorted(openers.items(), reverse=is_odd):
        spent[f"serve {kind}"] = timed(lambda opener=opener: serve(opener))
        spent[f"decode {kind}"] = timed(lambda opener=opener: decode(opener))
        spent[f"analyse {kind}"] = timed(lambda opener=opener: analyse(engine, opener))
    return spent


def timed(work: Callable[[], None]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def write_plain(clip: Path, copy: Path) -> None:
    with clip.open("rb") as source, copy.open("wb") as target:
        while chunk := source.read(UPLOAD_CHUNK):
            target.write(chunk)


def write_sealed(clip: Path, copy: Path, key: bytes) -> None:
    with clip.open("rb") as source, copy.open("wb") as target:
        writer = SealedWriter(target, key)
        while chunk := source.read(UPLOAD_CHUNK):
            writer.write(chunk)
        writer.finish()


def serve(opener: Opener) -> None:
    """Read the whole file as a player is answered."""
    with opener() as file:
        while file.read(RANGE):
            pass


def decode(opener: Opener) -> None:
    with opener() as file, open_video(file, VideoLimits()) as (container, stream, _):
        for _ in container.decode(stream):
            pass


def analyse(engine: Engine, opener: Opener) -> None:
    with opener() as file, engine.read_video(file) as video:
        for _ in video:
            pass


def print_table(rounds: list[dict[str, float]], seconds: int, size_mb: float) -> None:
    print(f"a clip of {seconds} s at 720p, {size_mb:.1f} MB; medians of {len(rounds)} rounds, processor time\n")
    print("| work | plain ms | sealed ms | sealed / plain | sealed costs ms per MB |\n|---|---|---|---|---|")
    for work in ("write", "serve", "decode", "analyse"):
        plain, sealed = ([round_[f"{work} {kind}"] for round_ in rounds] for kind in ("plain", "sealed"))
        ratio = statistics.median(s / max(p, 1e-9) for p, s in zip(plain, sealed, strict=True))
        extra_ms = statistics.median(s - p for p, s in zip(plain, sealed, strict=True)) * 1000 / size_mb
        middle = [statistics.median(times) * 1000 for times in (plain, sealed)]
        print(f"| {work} | {middle[0]:.1f} | {middle[1]:.1f} | {ratio:.3f} | {extra_ms:.2f} |")


if __name__ == "__main__":
    main()
