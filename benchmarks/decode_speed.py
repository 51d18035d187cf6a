"""The analysis of a 720p video against the same decoder alone, in turns, on one core: processor seconds of both.

Run: `python -m benchmarks.decode_speed [--seconds 30] [--rounds 3] [--json]`. The ratio is the analysis's speed over
the decoder's: 1.0 means that finding, following and scoring faces costs nothing beside decoding every frame. The
analysis may pass over frames that no other frame needs, which the decoder alone does not. `--bundle` takes another
model than the shipped one.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks._clips import write_face_clip
from inference import Engine, FrameReading, load_engine
from inference.container import VideoLimits, open_video

EVERY_MS = 200
LEAST_RATIO = 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--bundle", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clip = write_face_clip(Path(folder) / "clip.mp4", seconds=options.seconds)
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        engine = load_engine(options.bundle)
        list(engine.read_video(clip))  # a warm-up: models loaded, the file in memory
        rounds = [(decode_alone(clip), *analyse(engine, clip)) for _ in range(options.rounds)]
        readings = list(engine.read_video(clip))
        store_s = store(readings, Path(folder))
    result = summarise(rounds, store_s, options.seconds, len(readings))
    print_table(result)
    if options.json:
        print(json.dumps(result))


def decode_alone(clip: Path) -> float:
    """Processor seconds to decode every frame with the analysis's own decoder settings."""
    started = time.process_time()
    with open_video(clip, VideoLimits()) as (container, stream, _):
        for _ in container.decode(stream):
            pass
    return time.process_time() - started


def analyse(engine: Engine, clip: Path) -> tuple[float, dict[str, float]]:
    """Processor seconds to analyse the clip, shared out to the stages as the clock on the wall saw them."""
    started = time.process_time()
    with engine.read_video(clip, every_ms=EVERY_MS) as video:
        for _ in video:
            pass
        times = video.times
    spent_s = time.process_time() - started
    stages = {name: getattr(times, f"{name}_s") for name in ("decode", "detect", "classify", "other")}
    return spent_s, {name: spent_s * stage_s / sum(stages.values()) for name, stage_s in stages.items()}


def store(readings: list[FrameReading], folder: Path) -> float:
    """Processor seconds to write the readings into a session on SQLite, in batches of 500 as the worker does."""
    os.environ.update(RAUT_DATA_DIR=str(folder), DJANGO_SETTINGS_MODULE="webplatform.settings", LOG_LEVEL="ERROR")
    import django

    django.setup()
    from django.core.management import call_command

    from webplatform.accounts.models import User
    from webplatform.consent.services import give_consent
    from webplatform.history.services import append_readings, open_session
    from webplatform.studies.services import personal_study

    call_command("migrate", verbosity=0)
    user = User.objects.create_user("bench@example.org")
    consent = give_consent(user=user, language="en", channel="command")
    study = personal_study(user)
    spent_s = 0.0
    for _ in range(2):  # the first is a warm-up, as for the engine: a worker lives for many videos
        fields = {"study": study, "user": user, "consent": consent, "title": "bench", "source": "upload"}
        session = open_session(**fields, every_ms=EVERY_MS)
        started = time.process_time()
        for start in range(0, len(readings), 500):
            append_readings(session=session, readings=readings[start : start + 500])
        spent_s = time.process_time() - started
    return spent_s


def summarise(rounds: list[tuple[float, float, dict[str, float]]], store_s: float, seconds: int, frames: int) -> dict:
    """Medians over the rounds; the ratio is taken round by round, with the storing counted in."""
    ratios = [alone / (analysis + store_s) for alone, analysis, _ in rounds]
    stages = {name: statistics.median(stage[name] for _, _, stage in rounds) for name in rounds[0][2]}
    alone_s = statistics.median(alone for alone, _, _ in rounds)
    analysis_s = statistics.median(analysis for _, analysis, _ in rounds) + store_s
    return {
        "ratio": round(statistics.median(ratios), 3),
        "ratio_least": round(min(ratios), 3),
        "decoder_times_real_time": round(seconds / alone_s, 2),
        "analysis_times_real_time": round(seconds / analysis_s, 2),
        "frames_sampled": frames,
        "stages_s": {**{name: round(spent, 3) for name, spent in stages.items()}, "store": round(store_s, 3)},
        "rounds": len(rounds),
    }


def print_table(result: dict) -> None:
    print(f"decoder alone {result['decoder_times_real_time']} x real time")
    print(f"whole analysis {result['analysis_times_real_time']} x real time")
    least = f"least of {result['rounds']} rounds {result['ratio_least']}; must be {LEAST_RATIO} or more"
    print(f"ratio {result['ratio']} ({least})")
    total = sum(result["stages_s"].values())
    print("\n| stage | s | share | ms per sampled frame |\n|---|---|---|---|")
    for name, spent in result["stages_s"].items():
        print(f"| {name} | {spent:.2f} | {spent / total:.0%} | {spent * 1000 / result['frames_sampled']:.2f} |")


if __name__ == "__main__":
    main()
