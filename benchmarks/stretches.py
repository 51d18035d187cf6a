"""A long video on 1, 2 and 4 worker processes: how much sooner it is read, what limits that; simulates a queue.

Run: `python -m benchmarks.stretches [--minutes 60] [--workers 1 2 4] [--queue] [--json]`; DATABASE_URL is honoured,
else SQLite in a folder of its own. The video is 720p, the same clip's packets again and again. Each worker process is
pinned to one core, in turn; whoever is free takes the next stretch, as Celery's processes do. The first row is one
worker that reads the video whole (RAUT_STRETCH_SECONDS=0). The claim: two workers on two cores are 1.7 times as fast.

"Busiest" is the processor time of the busiest process: what the clock would say if nothing else ran on the machine.
`--queue` then simulates a queue with these times, for up to a hundred workers (`_queue.py`).
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks._clips import repeat_clip, write_face_clip
from benchmarks._queue import Measured, print_queues

PIECE_S = 20
LIMIT = 1.7


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--queue", action="store_true", help="also simulate up to 100 workers")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", nargs=2, metavar=("JOB", "NUMBER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(work_off(options.child[0], int(options.child[1]))))
        return 0
    with tempfile.TemporaryDirectory(prefix="raut-bench-") as folder:
        clip = write_face_clip(Path(folder) / "piece.mp4", seconds=PIECE_S)
        video = repeat_clip(clip, Path(folder) / "long.mp4", options.minutes * 60 // PIECE_S)
        _set_up(Path(folder))
        rows = [measure(video, 1, is_whole=True)]
        rows += [measure(video, workers) for workers in options.workers]
    _check_same(rows)
    for row in rows[1:]:
        row["speed_up"] = round(rows[1]["clock_s"] / row["clock_s"], 2)
        row["by_processor"] = round(rows[1]["busiest_s"] / row["busiest_s"], 2)
    print_table(rows, options.minutes)
    if options.queue:
        print_queues(Measured.of(rows[1], options.minutes))
    if options.json:
        print(json.dumps(rows))
    two = next((row for row in rows[1:] if row["workers"] == 2), None)
    if two is None or len(os.sched_getaffinity(0)) < 2:
        return 0
    return 0 if max(two["speed_up"], two["by_processor"]) >= LIMIT else 1


def measure(video: Path, workers: int, *, is_whole: bool = False) -> dict[str, Any]:
    """Hand the video in, let so many processes work on it, and add up what they say."""
    from webplatform.analysis.models import AnalysisJob

    job = _submit(video)
    env = {**os.environ, **({"RAUT_STRETCH_SECONDS": "0"} if is_whole else {})}
    command = [sys.executable, "-m", "benchmarks.stretches", "--child", str(job.pk)]
    children = [
        subprocess.Popen([*command, str(n)], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for n in range(workers)
    ]
    for child in children:
        child.stdout.readline()  # its engine is loaded
    started = time.perf_counter()
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    reports = [json.loads(child.communicate()[0].splitlines()[-1]) for child in children]
    job = AnalysisJob.objects.select_related("session").get(pk=job.pk)
    if job.state != AnalysisJob.State.DONE:
        raise SystemExit(f"The job is {job.state}: {job.error_message}")
    session = job.session
    row = {
        "workers": workers,
        "is_whole": is_whole,
        "clock_s": round(max(report["ended_s"] for report in reports) - started, 2),
        "busiest_s": round(max(report["busy_s"] for report in reports), 2),
        "busy_s": round(sum(report["busy_s"] for report in reports), 2),
        "stretches": sum(report["stretches"] for report in reports),
        "plan_s": round(sum(report["plan_s"] for report in reports), 2),
        "join_s": round(sum(report["join_s"] for report in reports), 2),
        "database_s": round(sum(report["database_s"] for report in reports), 2),
        "peak_mb": max(report["peak_mb"] for report in reports),
        "frames": [session.frames_decoded, session.frames_sampled, session.frames_scored, session.duration_ms],
        "people": session.people,
    }
    session.delete()
    return row


def work_off(job_id: str, number: int) -> dict[str, Any]:
    """A worker process: load the engine, wait for the word, then take what waits until the job has ended."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[number % len(cores)]})
    import django

    django.setup()
    logging.disable(logging.WARNING)
    from django.db import connection

    from webplatform.analysis import stretch_work, stretches, work
    from webplatform.analysis.models import AnalysisJob
    from webplatform.modelhub.engines import engine_for
    from webplatform.modelhub.services import ensure_active_model

    spent: Counter[str] = Counter(busy_s=0, plan_s=0, join_s=0, database_s=0, stretches=0)
    stretch_work.join = _timed(stretch_work.join, spent, "join_s")
    work._plan = _timed(work._plan, spent, "plan_s")
    claim = stretches.claim

    def counted(job: str) -> Any:
        claimed = claim(job)
        spent["stretches"] += claimed is not None
        return claimed

    # SQLite works in this process: its processor time counts. A server's work is time on the clock.
    clock = time.thread_time if connection.vendor == "sqlite" else time.perf_counter

    def clocked(execute: Any, *query: Any) -> Any:
        began = clock()
        try:
            return execute(*query)
        finally:
            spent["database_s"] += clock() - began

    stretches.claim = counted
    engine_for(ensure_active_model())
    print("loaded", flush=True)
    sys.stdin.readline()
    active = (AnalysisJob.State.QUEUED, AnalysisJob.State.RUNNING)
    with connection.execute_wrapper(clocked):
        while AnalysisJob.objects.filter(pk=job_id, state__in=active).exists():
            began, before = time.process_time(), spent["stretches"]
            is_idle = work.run_job(job_id) is None and stretch_work.run_stretch(job_id) is None
            if is_idle and spent["stretches"] == before:  # Celery's processes wait for a message and cost nothing
                time.sleep(0.1)
            else:
                spent["busy_s"] += time.process_time() - began
    peak_mb = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    return {**spent, "ended_s": time.perf_counter(), "peak_mb": peak_mb}


def _timed(function: Any, spent: Counter[str], name: str) -> Any:
    def timed(*arguments: Any, **options: Any) -> Any:
        began = time.process_time()
        try:
            return function(*arguments, **options)
        finally:
            spent[name] += time.process_time() - began

    return timed


def _set_up(folder: Path) -> None:
    """A platform of its own in a folder, without Redis: news of the progress goes nowhere."""
    os.environ.update(
        RAUT_DATA_DIR=str(folder / "data"),
        RAUT_ENV_FILE=os.devnull,
        DJANGO_SETTINGS_MODULE="webplatform.settings",
        REDIS_URL="redis://127.0.0.1:1/0",
        RAUT_MAX_VIDEO_MINUTES="600",
    )
    (folder / "data").mkdir()
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _submit(video: Path) -> Any:
    from django.utils import timezone

    from webplatform.accounts.models import User
    from webplatform.analysis.models import AnalysisJob, MediaFile
    from webplatform.consent.services import give_consent
    from webplatform.history.media import keep_session_key
    from webplatform.history.services import open_session
    from webplatform.studies.services import personal_study
    from webplatform.vault.sealed import new_key, seal_copy

    user = User.objects.filter(email="owner@example.org").first()
    if user is None:
        user = User.objects.create_user("owner@example.org")
        give_consent(user=user, language="en", channel="command")
    session = open_session(
        study=personal_study(user), user=user, consent=user.consents.get(), title="x", source="upload", every_ms=200
    )
    session.folder.mkdir(parents=True)
    key, name = new_key(), "media.mp4.sealed"
    keep_session_key(session, key)
    with video.open("rb") as plain:
        seal_copy(iter(lambda: plain.read(1 << 20), b""), session.folder / name, key)
    MediaFile.objects.create(session=session, original_name="long.mp4", stored_name=name, size_bytes=1, sha256="0" * 64)
    return AnalysisJob.objects.create(session=session, queued_at=timezone.now())


def _check_same(rows: list[dict[str, Any]]) -> None:
    """However many workers: the same frames, counts and people.

    The whole file at once need only agree in frames: it has no close look at the beginning of each stretch.
    """
    if (
        len({(*row["frames"], row["people"]) for row in rows[1:]}) != 1
        or rows[0]["frames"][:2] != rows[1]["frames"][:2]
    ):
        raise SystemExit(f"The readings differ: {[(row['frames'], row['people']) for row in rows]}")


def print_table(rows: list[dict[str, Any]], minutes: int) -> None:
    decoded, sampled, scored, _ = rows[0]["frames"]
    print(f"{minutes} minutes of 720p: {decoded} frames, {sampled} sampled, {scored} scored; the same in each row\n")
    print("| workers | clock s | speed-up | busiest s | by processor | all s | of it: cut s | join s | memory MB |")
    print("|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        name = "1, whole" if row["is_whole"] else f"{row['workers']}, {row['stretches']} stretches"
        figures = [
            row["clock_s"],
            row.get("speed_up", ""),
            row["busiest_s"],
            row.get("by_processor", ""),
            row["busy_s"],
        ]
        cells = [name, *figures, row["plan_s"], row["join_s"], row["peak_mb"]]
        print("| " + " | ".join(str(cell) for cell in cells) + " |")


if __name__ == "__main__":
    sys.exit(main())
