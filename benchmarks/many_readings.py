"""Whether pages, purge and erasure take as long in a database of many million readings as in one of a million.

Run: `python -m benchmarks.many_readings [--readings 5000000] [--base 1000000] [--repeat 8]`. DATABASE_URL is
honoured (an empty PostgreSQL database), else it starts a server of its own and removes it again; a million readings
take about 270 MB while it runs. A study is written once by the platform's own code and then copied under new ids. Each
step takes studies and sessions at random, so that most of what is read was not read before. Claim: no step's median
grows by more than half. Lists of a member of all studies are told apart: those may grow with their sessions.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import numpy as np

from benchmarks import study_results

MINUTES = (60,) * 4 + (10,) * 6  # the sessions of one study
PER_STUDY = sum(MINUTES) * 60_000 // study_results.EVERY_MS
LEFT_FREE = 8 * 2**30  # bytes
BIG = ("history_observation", "history_session", "history_track", "history_sessionseconds", "results_sessioncurve")
GROWS = 1.5
PURGES = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, default=5_000_000)
    parser.add_argument("--base", type=int, default=1_000_000)
    parser.add_argument(
        "--repeat", type=int, default=8, help="fewer than the base has studies (a study has 90,000 readings)"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="raut-bench-") as folder:
        os.environ.update(RAUT_DATA_DIR=folder, RAUT_ENV_FILE=os.devnull, DJANGO_SETTINGS_MODULE="webplatform.settings")
        import django

        django.setup()
        from django.db import connections

        if "DATABASE_URL" not in os.environ:
            sys.exit(_with_own_server())
        try:
            _prepare()
            print(json.dumps(_measured(options.base, options.readings, options.repeat), indent=2))
        finally:
            connections.close_all()


def _with_own_server() -> int:
    """The same command again, on a server that is there for it alone."""
    from tests.chaos.database import own_postgres

    with own_postgres() as server:
        command = [sys.executable, "-m", "benchmarks.many_readings", *sys.argv[1:]]
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": server.url}, check=False).returncode


def _prepare() -> None:
    from django.conf import settings
    from django.core.management import call_command

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.CELERY_BROKER_URL = "memory://"
    call_command("migrate", verbosity=0)


def _measured(base: int, readings: int, repeat: int) -> dict[str, Any]:
    from webplatform.celery import app

    app.conf.broker_url = "memory://"
    copies = Copies()
    results: dict[str, Any] = {}
    for name, size in (("base", base), ("many", readings)):
        results[name] = {**copies.grow(size), "steps": _steps(copies, repeat)}
        print(json.dumps({name: results[name]}), file=sys.stderr, flush=True)
    ratios = {}
    for step, was in results["base"]["steps"].items():
        now = results["many"]["steps"][step]
        ratios[step] = round(now["median_ms"] / max(was["median_ms"], 0.1), 2)
    slower = [step for step, ratio in ratios.items() if ratio > GROWS]
    return results | {
        "ratio_of_medians": ratios,
        "slower": slower,
        "plans_of_slower": {step: _plans(copies.queries[step]) for step in slower},
        "scans_of_whole_tables": {step: tables for step, all_ in copies.queries.items() if (tables := _scans(all_))},
        "claim_none_grows": not [step for step in slower if "all_studies" not in step],
    }


class Copies:
    """A study as the platform wrote it, and as many copies of it as are asked for."""

    def __init__(self) -> None:
        from webplatform.accounts.models import User
        from webplatform.history.models import Session

        self.owner, self.study = _written_study()
        self.originals = list(Session.objects.filter(study=self.study).order_by("title"))
        self.reader = User.objects.create_user("reader@example.org")
        self.queries: dict[str, list[str]] = {}
        self.chance = random.Random(1)
        self.unused: list[tuple[Any, Any]] = []
        self.touched: list[tuple[Any, Any]] = []
        self.copy_count = 0
        self.readings = PER_STUDY

    def grow(self, readings: int) -> dict[str, Any]:
        """Copy until there are so many readings, or the disk is nearly full."""
        from django.db import connection

        from webplatform.history.models import Observation
        from webplatform.studies.models import Study

        begun = time.perf_counter()
        while self.readings < readings and shutil.disk_usage(tempfile.gettempdir()).free > LEFT_FREE:
            self._copy()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("SELECT pg_database_size(current_database())")
            size_bytes = cursor.fetchone()[0]
        return {
            "readings": Observation.objects.count(), "studies": Study.objects.count(), "gb": round(size_bytes / 1e9, 2),
            "made_in_s": round(time.perf_counter() - begun),
        }  # fmt: skip

    def draw(self) -> tuple[Any, Any]:
        """A study that no step has touched, and its owner."""
        self.touched.append(self.unused.pop(self.chance.randrange(len(self.unused))))
        return self.touched[-1]

    def give_up(self) -> tuple[Any, Any]:
        """A touched study, to be removed."""
        self.readings -= PER_STUDY
        return self.touched.pop()

    def _copy(self) -> None:
        from django.db import transaction

        from webplatform.history.models import Session, Track
        from webplatform.studies.models import Membership

        self.copy_count += 1
        with transaction.atomic():
            study, owner = _empty_study(f"copy-{self.copy_count}")
            Membership.objects.create(study=study, user=self.reader, role=Membership.Role.ANALYST)
            people = _people(study)
            rows = [
                _copied(original, study, owner, *people[number % len(people)])
                for number, original in enumerate(self.originals)
            ]
            Session.objects.bulk_create(rows)
            tracks = Track.objects.bulk_create([Track(session=row, number=1) for row in rows])
            self._copy_tables(rows, tracks)
        self.unused.append((study, owner))
        self.readings += PER_STUDY

    def _copy_tables(self, rows: list[Any], tracks: list[Any]) -> None:
        from django.db import connection

        from webplatform.history.models import Observation, SessionSeconds
        from webplatform.results.models import SessionCurve

        pairs = [[row.pk for row in rows], [track.pk for track in tracks], [one.pk for one in self.originals]]
        with connection.cursor() as cursor:
            for model, own_columns in (
                (Observation, ("session_id", "track_id")),
                (SessionSeconds, ("session_id",)),
                (SessionCurve, ("session_id",)),
            ):
                other_columns = [f.column for f in model._meta.concrete_fields if f.column not in ("id", *own_columns)]
                names, values = (
                    ", ".join((*own_columns, *other_columns)),
                    ", ".join([*(f"n.{name}" for name in own_columns), *(f"o.{name}" for name in other_columns)]),
                )
                cursor.execute(
                    f"INSERT INTO {model._meta.db_table} ({names}) SELECT {values}"
                    " FROM unnest(%s::uuid[], %s::bigint[], %s::uuid[]) AS n(session_id, track_id, source)"
                    f" JOIN {model._meta.db_table} o ON o.session_id = n.source",
                    pairs,
                )
            cursor.execute(
                "UPDATE history_session SET created_at = now() - %s * interval '1 hour',"
                " closed_at = now() - %s * interval '1 hour' WHERE id = ANY(%s)",
                [self.copy_count % 2000 + 1, self.copy_count % 2000, pairs[0]],
            )


def _written_study() -> tuple[Any, Any]:
    from webplatform.history.models import SessionSeconds
    from webplatform.results.curves import keep_curves

    study, owner = _empty_study("original")
    people = _people(study)
    for number, minutes in enumerate(MINUTES):
        person, consent = people[number % len(people)]
        about = {"study": study, "created_by": owner, "participant": person, "consent": consent}
        study_results.fill_session(about, minutes, seed=number)
    keep_curves(study)
    assert SessionSeconds.objects.count() == len(MINUTES)
    return owner, study


def _empty_study(name: str) -> tuple[Any, Any]:
    from webplatform.accounts.models import User
    from webplatform.studies.models import Membership, Study

    owner = User.objects.create_user(f"{name}@example.org")
    study = Study.objects.create(name=name)
    Membership.objects.create(study=study, user=owner, role=Membership.Role.OWNER)
    return study, owner


def _people(study: Any, many: int = 5) -> list[tuple[Any, Any]]:
    from webplatform.consent.services import give_participant_consent
    from webplatform.studies.models import Participant

    people = [Participant.objects.create(study=study, pseudonym=f"P{number}") for number in range(many)]
    scopes = ["analyse", "keep_media"]
    return [
        (one, give_participant_consent(participant=one, language="en", channel="command", scopes=scopes))
        for one in people
    ]


def _copied(original: Any, study: Any, owner: Any, person: Any, consent: Any) -> Any:
    import copy
    import uuid

    row = copy.copy(original)
    row._state = copy.copy(original._state)
    row._state.fields_cache = {}
    row.pk, row._state.adding = uuid.uuid4(), True
    row.study_id, row.created_by_id, row.participant_id, row.consent_id = study.pk, owner.pk, person.pk, consent.pk
    return row


def _steps(copies: Copies, repeat: int) -> dict[str, dict[str, float]]:
    times_by_step: dict[str, list[float]] = {}
    for _time in range(repeat):
        for name, work in _readers(copies):
            times_by_step.setdefault(name, []).append(_timed_ms(copies, name, work))
    for _time in range(PURGES):
        for name, work in _removers(copies):
            times_by_step.setdefault(name, []).append(_timed_ms(copies, name, work))
    return {
        name: {"median_ms": round(float(np.median(times)), 1), "p95_ms": round(float(np.percentile(times, 95)), 1)}
        for name, times in times_by_step.items()
    }


def _readers(copies: Copies) -> Iterator[tuple[str, Callable[[], object]]]:
    from django.test import Client

    from webplatform.history.models import Session
    from webplatform.results.choices import Choice
    from webplatform.results.curves import keep_curves, sessions_without_curve
    from webplatform.results.services import request_figures
    from webplatform.results.work import run_figures
    from webplatform.retention.guard import doubt_at

    study, owner = copies.draw()
    longest = Session.objects.filter(study=study).order_by("-duration_ms").first()
    browser, reader = Client(), Client()
    browser.force_login(owner)
    reader.force_login(copies.reader)
    timeline = f"/api/v1/sessions/{longest.pk}/timeline/"
    yield "list", lambda: _get(browser, "/")
    yield "list_rest", lambda: _get(browser, "/api/v1/sessions/")
    yield "list_of_all_studies", lambda: _get(reader, "/")
    yield "list_rest_of_all_studies", lambda: _get(reader, "/api/v1/sessions/")
    yield "session", lambda: _get(browser, f"/sessions/{longest.pk}/")
    yield "timeline", lambda: _get(browser, timeline)
    yield "timeline_minute", lambda: _get(browser, f"{timeline}?from_ms=1800000&to_ms=1860000&bucket_ms=1000")
    yield "timeline_minute_of_rows", lambda: _get(browser, f"{timeline}?from_ms=1800000&to_ms=1860000&bucket_ms=200")
    yield "study_added_up", lambda: keep_curves(study)
    figures = request_figures(study=study, choice=Choice(by="participant"))
    yield "study_figures", lambda: run_figures(figures.pk)
    yield "study_page", lambda: _get(browser, f"/studies/{study.pk}/?by=participant")
    yield "study_results", lambda: _get(browser, f"/api/v1/studies/{study.pk}/results/?by=participant")
    yield "beat_without_curve", sessions_without_curve
    yield "purge_in_doubt", lambda: doubt_at(_now())


def _removers(copies: Copies) -> Iterator[tuple[str, Callable[[], object]]]:
    from webplatform.history.models import Session
    from webplatform.retention.erasing import erase_sessions
    from webplatform.retention.purge import purge

    study, _owner = copies.give_up()
    ids = list(Session.objects.filter(study=study).order_by("-duration_ms").values_list("pk", flat=True))
    yield "erase_session", lambda: erase_sessions(Session.everything.filter(pk=ids[0]))
    long_ago = _now() - timedelta(days=4000)
    Session.objects.filter(study=study).update(created_at=long_ago, closed_at=long_ago)
    yield "purge_of_due", purge
    if Session.everything.filter(pk__in=ids).exists():
        raise SystemExit("The purge left something that was due.")


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()


def _get(browser: Any, address: str) -> None:
    answer = browser.get(address)
    if answer.status_code != 200 or b'"results":null' in answer.content:
        raise SystemExit(f"{address} answers {answer.status_code}.")


def _timed_ms(copies: Copies, name: str, work: Callable[[], object]) -> float:
    from django.db import connection, reset_queries
    from django.test.utils import CaptureQueriesContext

    reset_queries()  # a full log keeps the newest alone, and what was captured would be looked for at the wrong place
    begun = time.perf_counter()
    with CaptureQueriesContext(connection) as captured:
        work()
    copies.queries[name] = [one["sql"] for one in captured.captured_queries]
    return (time.perf_counter() - begun) * 1000


def _scans(queries: list[str]) -> list[str]:
    """The large tables that one of the queries reads whole."""
    from django.db import connection

    tables: set[str] = set()
    for sql in filter(_is_read, queries):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
            tables |= set(_scanned_tables(cursor.fetchone()[0][0]["Plan"]))
    return sorted(tables)


def _scanned_tables(plan: dict[str, Any]) -> Iterator[str]:
    if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] in BIG:
        yield plan["Relation Name"]
    for child in plan.get("Plans", ()):
        yield from _scanned_tables(child)


def _plans(queries: list[str], most: int = 2) -> list[str]:
    """The plans of the dearest of the queries."""
    from django.db import connection

    plans = []
    for sql in filter(_is_read, queries):
        with connection.cursor() as cursor:
            begun = time.perf_counter()
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}")
            lines = "\n".join(line for (line,) in cursor.fetchall())
            plans.append((time.perf_counter() - begun, f"{sql[:3000]}\n{lines}"))
    return [text for _seconds, text in sorted(plans, reverse=True)[:most]]


def _is_read(sql: str) -> bool:
    return sql.startswith("SELECT") and "FOR UPDATE" not in sql and any(f'"{table}"' in sql for table in BIG)


if __name__ == "__main__":
    main()
