"""How long a study's results take to open: 100 sessions of ten minutes, 50 people in two conditions.

Run: `python -m benchmarks.study_results [--people 50] [--minutes 10] [--repeat 5]`; DATABASE_URL is honoured, else
SQLite. It makes a database of its own (`test_…` on a server) and removes it again. Beside the page and its charts'
request: what the worker needs to add up the sessions once and to make the figures, and the peer, a page that would
read every stored reading each time it is opened. Claim: what a reader waits for stays under 2 s.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np

EVERY_MS = 200
EXPRESSIONS = 7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="raut-bench-") as folder:
        os.environ.update(RAUT_DATA_DIR=folder, RAUT_ENV_FILE=os.devnull, DJANGO_SETTINGS_MODULE="webplatform.settings")
        import django

        django.setup()
        from django.conf import settings
        from django.test.utils import get_runner

        settings.ALLOWED_HOSTS = ["testserver"]
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
        settings.CELERY_BROKER_URL = "memory://"
        runner = get_runner(settings)(verbosity=0, interactive=False)
        databases = runner.setup_databases()
        try:
            print(json.dumps(_measured(options.people, options.minutes, options.repeat), indent=2))
        finally:
            runner.teardown_databases(databases)


def _measured(people: int, minutes: int, repeat: int) -> dict[str, Any]:
    from django.db import connection
    from django.test import Client

    from webplatform.celery import app
    from webplatform.results.choices import Choice
    from webplatform.results.curves import keep_curves
    from webplatform.results.services import request_figures
    from webplatform.results.work import run_figures

    app.conf.broker_url = "memory://"
    owner, study = _filled_study(people, minutes)
    add_up_s = _seconds(lambda: keep_curves(study))
    figures_s = {}
    for name, choice in (("by_condition", Choice()), ("by_participant", Choice(by="participant"))):
        figures = request_figures(study=study, choice=choice)
        figures_s[name] = _seconds(lambda pk=figures.pk: run_figures(pk))
    browser = Client()
    browser.force_login(owner)
    results: dict[str, Any] = {
        "database": connection.vendor, "sessions": 2 * people, "minutes_each": minutes,
        "readings": 2 * people * minutes * 60_000 // EVERY_MS,
        "worker_adds_up_all_sessions_once_s": add_up_s, "worker_makes_figures_s": figures_s,
    }  # fmt: skip
    for name, by in (("by_condition", "condition"), ("by_participant", "participant")):
        page = _middle(repeat, lambda by=by: _get(browser, f"/studies/{study.pk}/?by={by}"))
        charts = _middle(repeat, lambda by=by: _get(browser, f"/api/v1/studies/{study.pk}/results/?by={by}"))
        results[name] = {"page_s": page, "charts_s": charts, "reader_waits_s": round(page + charts, 2)}
    results["peer_reading_every_reading_s"] = _seconds(lambda: _read_all(study))
    slowest = max(results[name]["reader_waits_s"] for name in ("by_condition", "by_participant"))
    results["claim_under_2_s"] = slowest < 2
    return results


def _get(browser: Any, address: str) -> None:
    answer = browser.get(address)
    body = answer.content
    if answer.status_code != 200 or b"being computed" in body or b'"results":null' in body:
        raise SystemExit(f"{address} shows no results ({answer.status_code}).")


def _read_all(study: Any) -> int:
    """What a page without kept sums would have to read."""
    from inference import EMOTIONS
    from webplatform.history.models import Observation

    rows = Observation.objects.filter(session__study=study).order_by()
    return sum(1 for _row in rows.values_list("session_id", "t_ms", "dominant", *EMOTIONS).iterator(5000))


def _filled_study(people: int, minutes: int) -> tuple[Any, Any]:
    from webplatform.accounts.models import User
    from webplatform.consent.services import give_consent, give_participant_consent
    from webplatform.modelhub.models import ModelVersion
    from webplatform.studies.models import Condition, Membership, Participant, Study

    owner = User.objects.create_user("bench@example.org")
    give_consent(user=owner, language="en", channel="command")
    study = Study.objects.create(name="Bench")
    Membership.objects.create(study=study, user=owner, role=Membership.Role.OWNER)
    version = ModelVersion.objects.create(name="bench", version="1", digest="0" * 64, bundle_path="/nowhere")
    conditions = [Condition.objects.create(study=study, name=name) for name in ("film A", "film B")]
    for number in range(people):
        person = Participant.objects.create(study=study, pseudonym=f"P{number:03}")
        consent = give_participant_consent(
            participant=person, language="en", channel="command", scopes=["analyse", "keep_media"]
        )
        for position, condition in enumerate(conditions):
            about = {"study": study, "created_by": owner, "consent": consent, "participant": person}
            fill_session(
                about | {"condition": condition, "model_version": version}, minutes, seed=2 * number + position
            )
    return owner, study


def fill_session(about: dict[str, Any], minutes: int, *, seed: int) -> None:
    """A closed session of one face and as many minutes; `about` are its other columns."""
    from inference import EMOTIONS
    from webplatform.history.models import Observation, Session, Track
    from webplatform.history.services import close_session

    count = minutes * 60_000 // EVERY_MS
    session = Session.objects.create(
        title=f"S{seed}", source="upload", every_ms=EVERY_MS, frames_decoded=count, frames_sampled=count,
        frames_scored=count, **about,
    )  # fmt: skip
    track = Track.objects.create(session=session, number=1)
    scores = np.random.default_rng(seed).dirichlet([1.0] * EXPRESSIONS, count)
    names = [str(emotion) for emotion in EMOTIONS]
    box = {"x": 0.0, "y": 0.0, "w": 9.0, "h": 9.0}
    Observation.objects.bulk_create(
        (
            Observation(
                session=session, track=track, t_ms=number * EVERY_MS, dominant=names[int(row.argmax())],
                **box, **dict(zip(names, map(float, row), strict=True)),
            )
            for number, row in enumerate(scores)
        ),
        batch_size=2000,
    )  # fmt: skip
    close_session(session=session, duration_ms=minutes * 60_000, is_partial=False)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return round(time.perf_counter() - started, 2)


def _middle(repeat: int, work: Callable[[], object]) -> float:
    return round(statistics.median(_seconds(work) for _time in range(repeat)), 2)


if __name__ == "__main__":
    main()
