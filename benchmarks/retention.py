"""What deletion costs: the purge of a million readings in bounded memory, and the erasure of one participant.

Run: `python -m benchmarks.retention [--readings 1000000] [--sessions 100] [--each 300]`; DATABASE_URL is honoured, else
SQLite. It makes a database of its own (`test_…` on a server) and removes it again. Beside the purge, which goes in
batches: one plain `Session.delete()` of 100,000 readings, and the longest time that either kept others from writing.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

A_SESSION = 100_000  # readings: five and a half hours of one face
SQLITE_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %s) SELECT i FROM n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, default=1_000_000)
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--each", type=int, default=300, help="readings of each of the participant's sessions")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="raut-bench-") as folder:
        os.environ.update(RAUT_DATA_DIR=folder, RAUT_ENV_FILE=os.devnull, DJANGO_SETTINGS_MODULE="webplatform.settings")
        import django

        django.setup()
        from django.conf import settings
        from django.test.utils import get_runner

        runner = get_runner(settings)(verbosity=0, interactive=False)
        databases = runner.setup_databases()
        try:
            print(
                json.dumps(
                    {"purge": _purge(options.readings), "erasure": _erasure(options.sessions, options.each)}, indent=2
                )
            )
        finally:
            runner.teardown_databases(databases)


def _purge(readings: int) -> dict[str, Any]:
    from django.db import connection
    from django.utils import timezone

    from webplatform.history.models import Observation
    from webplatform.retention.models import Receipt
    from webplatform.retention.purge import purge

    owner, study = _study("purge@example.org")
    long_ago = timezone.now() - timedelta(days=400)
    for first in range(0, readings, A_SESSION):
        _session(study, owner, owner.consents.get(), min(A_SESSION, readings - first), long_ago)
    before_mb = _peak_mb()
    cost = _timed(purge)
    remaining = Observation.objects.count()
    if remaining or Receipt.objects.get().counts["readings"] != readings:
        raise SystemExit(f"{remaining} readings are left.")
    result = {
        "database": connection.vendor,
        "readings": readings,
        **cost,
        "peak_mb_before": before_mb,
        "peak_mb_after": _peak_mb(),
    }
    session = _session(study, owner, owner.consents.get(), A_SESSION, long_ago)
    peer = _timed(session.delete)
    return result | {"peer_delete_of_100000_at_once": peer}


def _erasure(sessions: int, readings_each: int) -> dict[str, Any]:
    from django.db import connection
    from django.utils import timezone

    from webplatform.history.models import Session
    from webplatform.retention.services import erase_participant
    from webplatform.studies.models import Participant

    owner, study = _study("erasure@example.org")
    participant = Participant.objects.create(study=study, pseudonym="Blue")
    consent = _consent(participant)
    for _number in range(sessions):
        _video(_session(study, owner, consent, readings_each, timezone.now(), participant=participant))
    cost = _timed(lambda: erase_participant(participant=participant, by=owner))
    del cost["longest_transaction_ms"]  # it would be all: what follows the commit runs within it
    if Participant.objects.filter(pk=participant.pk).exists() or Session.objects.filter(study=study).exists():
        raise SystemExit("Something is left.")
    return {
        "database": connection.vendor, "sessions": sessions, "readings_each": readings_each, **cost,
        "peak_mb_after": _peak_mb(),
    }  # fmt: skip


def _study(email: str) -> tuple[Any, Any]:
    from webplatform.accounts.models import User
    from webplatform.consent.services import give_consent
    from webplatform.studies.models import Membership, Study

    user = User.objects.create_user(email)
    give_consent(user=user, language="en", channel="command")
    study = Study.objects.create(name=email)
    Membership.objects.create(study=study, user=user, role=Membership.Role.OWNER)
    return user, study


def _consent(participant: Any) -> Any:
    from webplatform.consent.services import give_participant_consent

    return give_participant_consent(
        participant=participant, language="en", channel="command", scopes=["analyse", "keep_media"]
    )


def _session(study: Any, user: Any, consent: Any, readings: int, closed_at: Any, **fields: Any) -> Any:
    from django.db import connection

    from webplatform.history.models import Session, Track

    session = Session.objects.create(
        study=study, created_by=user, consent=consent, title="x", source="webcam", state="closed", every_ms=200,
        closed_at=closed_at, **fields,
    )  # fmt: skip
    track = Track.objects.create(session=session, number=1)
    is_sqlite = connection.vendor == "sqlite"
    numbers = SQLITE_NUMBERS if is_sqlite else "SELECT i FROM generate_series(0, %s - 1) AS n(i)"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO history_observation (session_id, track_id, t_ms, x, y, w, h, reason)"
            f" SELECT %s, %s, i * 200, 0, 0, 9, 9, 'too_small' FROM ({numbers}) AS moments",
            [session.pk.hex if is_sqlite else session.pk, track.pk, readings],
        )
    return session


def _video(session: Any) -> None:
    from webplatform.analysis.models import MediaFile

    session.folder.mkdir(parents=True)
    (session.folder / "media.mp4").write_bytes(os.urandom(2**20))
    MediaFile.objects.create(session=session, original_name="x.mp4", stored_name="media.mp4", size_bytes=2**20)


def _timed(work: Callable[[], object]) -> dict[str, float]:
    """Seconds by the clock and of the processor, and the longest transaction, ms: so long nobody else could write."""
    from django.db import transaction

    longest, begun, used = 0.0, time.perf_counter(), time.process_time()
    plain = transaction.Atomic

    class Measured(plain):  # type: ignore[misc, valid-type]
        def __enter__(self) -> None:
            self._begun = time.perf_counter()
            super().__enter__()

        def __exit__(self, *error: Any) -> None:
            nonlocal longest
            super().__exit__(*error)
            longest = max(longest, time.perf_counter() - self._begun)

    transaction.Atomic = Measured
    try:
        work()
    finally:
        transaction.Atomic = plain
    return {
        "seconds": round(time.perf_counter() - begun, 1),
        "processor_seconds": round(time.process_time() - used, 1),
        "longest_transaction_ms": round(longest * 1000),
    }


def _peak_mb() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10))


if __name__ == "__main__":
    main()
