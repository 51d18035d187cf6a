"""How exports are deleted before their time. The key is destroyed before the commit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from webplatform.common.database.commits import after_commit
from webplatform.exporting.files import WORK, remove_file
from webplatform.exporting.models import EXPORT_KEY, ExportJob, export_jobs_folder
from webplatform.jobs.job_errors import stored_error
from webplatform.vault.keys import erase_key, old_keys
from webplatform.vault.stored import old_objects

State = ExportJob.State
STAYS = timedelta(days=1)  # a failed or ended job, so that its owner reads why
LEFT_AFTER = timedelta(days=1)


@transaction.atomic
def end_jobs(jobs: QuerySet[ExportJob]) -> int:
    """End the jobs: their files become unreadable and no worker continues them; return how many there were."""
    alive = list(jobs.exclude(state__in=(State.FAILED, State.ENDED)).distinct())
    for job in alive:
        erase_key(job.key_name)
        with override("en"):
            why = _("A session in it was deleted or given to somebody else, or a consent was withdrawn.")
        ended = {"state": State.ENDED, "lease": None, "error_code": "ended", **stored_error(why)}
        ExportJob.objects.filter(pk=job.pk).update(finished_at=timezone.now(), size_bytes=0, **ended)
        after_commit(remove_file, job)
    return len(alive)


def end_jobs_with(session_ids: Iterable[UUID], *, formats: Iterable[str] = ()) -> int:
    """The same for the jobs that hold one of these sessions, of these kinds of file or of all."""
    jobs = ExportJob.objects.filter(parts__session__in=list(session_ids))
    kinds = list(formats)
    return end_jobs(jobs.filter(format__in=kinds) if kinds else jobs)


@transaction.atomic
def remove_jobs(jobs: QuerySet[ExportJob]) -> int:
    """The jobs and their files are gone; returns how many."""
    removed = list(jobs)
    for job in removed:
        after_commit(remove_file, job)
    ExportJob.objects.filter(pk__in=[job.pk for job in removed]).delete()
    return len(removed)


def dead_jobs(now: datetime) -> QuerySet[ExportJob]:
    """Jobs whose file has expired, and those that failed or ended a day ago."""
    over = Q(state__in=(State.FAILED, State.ENDED), finished_at__lt=now - STAYS)
    return ExportJob.objects.filter(Q(expires_at__lt=now) | over)


def lost_files(now: datetime) -> list[Path]:
    """Files that no job knows of, a day after they were last written to: a dead worker's."""
    limit = (now - LEFT_AFTER).timestamp()
    jobs = ExportJob.objects.filter(state=State.DONE).values_list("pk", flat=True)
    in_use = {f"{pk}.sealed" for pk in jobs}
    folder = export_jobs_folder()
    files = [file for directory in (folder, folder / WORK) if directory.is_dir() for file in directory.iterdir()]
    files = [file for file in files if file.name != WORK]
    lost = [file for file in files if file.name not in in_use and _written_at(file) < limit]
    return lost + [path for path in old_objects(folder, limit) if path.name not in in_use]


def lost_keys() -> list[str]:
    """The names of keys that no job has any more."""
    jobs = ExportJob.objects.exclude(state__in=(State.FAILED, State.ENDED)).values_list("pk", flat=True)
    in_use = {f"{EXPORT_KEY}{pk}" for pk in jobs}
    return [name for name in old_keys(0) if name.startswith(EXPORT_KEY) and name not in in_use]


def _written_at(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:  # gone meanwhile
        return float("inf")
