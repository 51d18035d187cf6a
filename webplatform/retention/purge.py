"""The purge: what a study's days, or the platform's, do not allow to stay any longer goes.

Safe to run twice, at once, and to kill at any moment: each step removes something and counts it in one transaction, and
what is left is found by the next run. Nothing is read into memory but a batch of keys.
"""

from __future__ import annotations

import logging
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session as Login
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from webplatform.accounts.logins import forget_ended
from webplatform.analysis.orphan_files import find_orphan_files, remove_orphan_files
from webplatform.analysis.withdrawals import drop_media
from webplatform.exporting.job_endings import dead_jobs, lost_files, lost_keys, remove_jobs
from webplatform.exporting.models import ExportJob
from webplatform.history.erasing import close_readings, erase_session, remove_some_readings
from webplatform.history.models import Session
from webplatform.retention.copy_files import KEY
from webplatform.retention.erasing import remove_exports, remove_participant
from webplatform.retention.models import DataExport, ErasedLink, exports_folder
from webplatform.retention.purge_report import PurgeReport
from webplatform.retention.queries import due_by_study, due_of
from webplatform.studies.models import Study
from webplatform.vault.keys import destroy_waiting, erase_key, old_keys
from webplatform.vault.stored import is_remote, old_objects, remove_stored

logger = logging.getLogger(__name__)

READINGS_AT_ONCE = 5000
ROWS_AT_ONCE = 100
ERASED_LINKS_STAY = timedelta(days=90)


def purge(*, now: datetime | None = None) -> Counter[str]:
    """Nothing is left whose time is over; returns how many of what went."""
    now = now or timezone.now()
    report = PurgeReport(now)
    due = due_by_study(now)
    for study_id in [pk for pk in Study.objects.values_list("pk", flat=True) if pk in due]:
        study = Study.objects.filter(pk=study_id).first()
        if study is not None:
            _try_study(study, now, report)
    _purge_platform(now, report)
    report.finish(timezone.now())
    return report.total


def dry_run_purge(*, now: datetime | None = None) -> Counter[str]:
    """How many of what a purge would remove; nothing changes."""
    now = now or timezone.now()
    total: Counter[str] = Counter()
    for counts in due_by_study(now).values():
        total.update(counts)
    total["exports"] = _dead_exports(now).count() + len(_lost_exports(now)) + dead_jobs(now).count()
    total["exports"] += len(lost_files(now))
    total["logins"] = Login.objects.filter(expire_date__lt=now).count()
    total["leftovers"] = len(find_orphan_files())
    return +total


def _try_study(study: Study, now: datetime, report: PurgeReport) -> None:
    try:
        _purge_study(study, now, report)
    except Exception:  # what is wrong with one study must not keep the others' data alive
        logger.exception("Study %s could not be purged.", study.pk)


def _purge_study(study: Study, now: datetime, report: PurgeReport) -> None:
    due = due_of(study, study.retention, now)
    for session in _each(due.videos):
        with transaction.atomic():
            report.add(study, videos=int(drop_media(session, is_purged=True)))
    for session in _each(due.readings):
        _remove_readings(session, report)
        with transaction.atomic():
            close_readings(session=session)
            report.add(study, sessions_without_readings=1)
    for session in _each(due.sessions):
        _remove_readings(session, report)
        with transaction.atomic():
            erase_session(session=session, is_purged=True)
            report.add(study, sessions=1)
    for session in _each(due.binned):
        _remove_readings(session, report)
        with transaction.atomic():
            erase_session(session=session)  # somebody deleted it: its key does not wait, and no backup brings it back
            report.add(study, binned=1)
    for participant in _each(due.participants):
        with transaction.atomic():
            remove_participant(participant, is_purged=True)
            report.add(study, participants=1)


def _remove_readings(session: Session, report: PurgeReport) -> None:
    removed = READINGS_AT_ONCE
    while removed >= READINGS_AT_ONCE:
        with transaction.atomic():
            removed = remove_some_readings(session=session, most=READINGS_AT_ONCE)
            report.add(session.study, readings=removed)


def _purge_platform(now: datetime, report: PurgeReport) -> None:
    for export in _each(_dead_exports(now)):
        with transaction.atomic():
            remove_exports(DataExport.objects.filter(pk=export.pk))
            report.add(None, exports=1)
    for job in _each(dead_jobs(now)):
        with transaction.atomic():
            report.add(None, exports=remove_jobs(ExportJob.objects.filter(pk=job.pk)))
    _remove_lost(now)
    with transaction.atomic():
        logins = Login.objects.filter(expire_date__lt=now).count()
        forget_ended()
        ErasedLink.objects.filter(receipt__finished_at__lt=now - ERASED_LINKS_STAY).delete()
        report.add(None, logins=logins)
    with transaction.atomic():
        report.add(None, leftovers=remove_orphan_files())
    destroy_waiting(before_s=(now - timedelta(hours=settings.RAUT_KEY_GRACE_HOURS)).timestamp())


def _remove_lost(now: datetime) -> None:
    for name in [*lost_keys(), *_lost_keys()]:
        erase_key(name)
    for file in [*_lost_exports(now), *lost_files(now)]:
        _remove(file)


def _lost_keys() -> list[str]:
    """The names of keys of exports that no row knows of, a day after they were kept."""
    in_use = {f"{KEY}{pk}" for pk in DataExport.objects.values_list("pk", flat=True)}
    return [name for name in old_keys(24 * 3600) if name.startswith(KEY) and name not in in_use]


def _dead_exports(now: datetime) -> QuerySet[DataExport]:
    """Exports whose link has expired, and those that failed a day ago."""
    failed = Q(state=DataExport.State.FAILED, finished_at__lt=now - timedelta(days=1))
    return DataExport.objects.filter(Q(expires_at__lt=now) | failed)


def _lost_exports(now: datetime) -> list[Path]:
    """Files of exports that no row knows of, or that a dead worker began, a day after they were last written to."""
    limit = (now - timedelta(days=1)).timestamp()
    in_use = {str(pk) for pk in DataExport.objects.values_list("pk", flat=True)}
    old_files = [file for file in exports_folder().glob("*") if file.stat().st_mtime < limit]
    old_files += old_objects(exports_folder(), limit)
    return [file for file in old_files if file.suffix != ".zip" or file.stem not in in_use]


def _remove(file: Path) -> None:
    if file.is_dir():  # a library's folder for its half-done parts
        shutil.rmtree(file, ignore_errors=True)
    elif file.exists() or not is_remote():
        file.unlink(missing_ok=True)
    else:
        remove_stored(file)


def _each(rows: QuerySet[Model]) -> Iterator[Model]:
    """The rows, a batch of keys at a time; each is looked up anew, because it may be gone by then."""
    ordered = rows.order_by("pk").values_list("pk", flat=True)
    keys = list(ordered[:ROWS_AT_ONCE])
    while keys:
        for key in keys:
            row = rows.model._base_manager.filter(pk=key).first()
            if row is not None:
                yield row
        keys = list(ordered.filter(pk__gt=keys[-1])[:ROWS_AT_ONCE])
