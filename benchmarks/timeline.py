"""How long one timeline request takes for an hour of two faces, beside a naive one that adds up in Python.

Run: `python -m benchmarks.timeline [--minutes 60] [--tracks 2] [--repeat 7]`; DATABASE_URL is honoured, else SQLite.
It makes a database of its own (`test_…` on a server) and removes it again.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

EVERY_MS = 200
BUCKET_MS = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--tracks", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="raut-bench-") as folder:
        os.environ.update(RAUT_DATA_DIR=folder, RAUT_ENV_FILE=os.devnull, DJANGO_SETTINGS_MODULE="webplatform.settings")
        import django

        django.setup()
        from django.conf import settings
        from django.test.utils import get_runner

        settings.ALLOWED_HOSTS = ["testserver"]
        runner = get_runner(settings)(verbosity=0, interactive=False)
        databases = runner.setup_databases()
        try:
            _measure(options.minutes, options.tracks, options.repeat)
        finally:
            runner.teardown_databases(databases)


def _measure(minutes: int, tracks: int, repeat: int) -> None:
    from django.db import connection
    from rest_framework.test import APIClient

    from webplatform.history.services import close_session
    from webplatform.history.timelines import timeline

    session, append_s = _filled_session(minutes, tracks)
    started = time.perf_counter()
    close_session(session=session, duration_ms=minutes * 60_000, is_partial=False)
    close_s = time.perf_counter() - started
    api = APIClient()
    api.force_authenticate(session.created_by)
    url = f"/api/v1/sessions/{session.pk}/timeline/?bucket_ms={BUCKET_MS}"
    ours = {**timeline(session=session, bucket_ms=BUCKET_MS)}
    _compare(ours, _naive(session))
    results = {
        "database": connection.vendor,
        "observations": session.summary["observations"],
        "append_ms_per_1000_observations": round(append_s * 1e6 / session.summary["observations"], 1),
        "close_and_summarize_ms": round(close_s * 1e3, 1),
        "request_ms": _median_ms(lambda: api.get(url).content, repeat),
        "query_ms": _median_ms(lambda: timeline(session=session, bucket_ms=BUCKET_MS), repeat),
        "naive_python_ms": _median_ms(lambda: _naive(session), repeat),
        "answer_kb": round(len(api.get(url).content) / 1000),
    }
    results["times_naive"] = round(results["naive_python_ms"] / results["query_ms"], 1)
    print(json.dumps(results, indent=2))


def _filled_session(minutes: int, tracks: int) -> tuple[Any, float]:
    """An open session of random walks, and how many seconds its readings took to be stored."""
    from webplatform.accounts.models import User
    from webplatform.consent.services import give_consent
    from webplatform.history.services import append_readings, open_session
    from webplatform.studies.services import personal_study

    user = User.objects.create_user("bench@example.org")
    consent = give_consent(user=user, language="en", channel="command")
    session = open_session(
        study=personal_study(user), user=user, consent=consent, title="Hour", source="upload", every_ms=EVERY_MS
    )
    chance, seconds = random.Random(1), 0.0
    frames = minutes * 60_000 // EVERY_MS
    for first in range(0, frames, 500):
        batch = [_frame(chance, number, tracks) for number in range(first, min(first + 500, frames))]
        started = time.perf_counter()
        append_readings(session=session, readings=batch)
        seconds += time.perf_counter() - started
    return session, seconds


def _frame(chance: random.Random, number: int, tracks: int) -> Any:
    from inference import Box, FaceReading, FrameReading

    faces = []
    for track in range(1, tracks + 1):
        raw = [chance.random() ** 4 for _ in range(7)]
        scores = tuple(value / sum(raw) for value in raw)
        faces.append(FaceReading(track, Box(chance.random() * 600, 50.0, 90.0, 110.0), scores, None))
    return FrameReading(number * EVERY_MS, 1280, 720, tuple(faces), frames_decoded=number * 6 + 1)


def _naive(session: Any) -> dict[int, dict[int, list[float]]]:
    """Every observation fetched and added up here: what a first version would do."""
    from inference import EMOTIONS
    from webplatform.history.models import Observation

    sums: dict[int, dict[int, list[float]]] = defaultdict(dict)
    for row in Observation.objects.filter(session=session).select_related("track"):
        cell = sums[row.track.number].setdefault(row.t_ms // BUCKET_MS, [0.0] * 8)
        cell[7] += 1
        for index, emotion in enumerate(EMOTIONS):
            cell[index] += getattr(row, emotion)
    return {
        track: {bucket: [value / cell[7] for value in cell[:7]] for bucket, cell in cells.items()}
        for track, cells in sums.items()
    }


def _compare(ours: dict[str, Any], naive: dict[int, dict[int, list[float]]]) -> None:
    """Both ways must say the same before their speeds are compared."""
    for lane in ours["tracks"]:
        for bucket, means in naive[lane["number"]].items():
            index = lane["t_ms"].index(bucket * BUCKET_MS)
            scores = [values[index] for values in lane["scores"].values()]
            if any(abs(a - b) > 1e-4 for a, b in zip(scores, means, strict=True)):
                raise SystemExit(f"The two ways disagree in bucket {bucket} of track {lane['number']}.")


def _median_ms(work: Callable[[], object], repeat: int) -> float:
    def once() -> float:
        started = time.perf_counter()
        work()
        return (time.perf_counter() - started) * 1e3

    return round(statistics.median(once() for _ in range(repeat)), 1)


if __name__ == "__main__":
    main()
