"""Making an export, in a worker: claim the job, write and seal the file. Safe to run twice and at once."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

import inference
from webplatform.accounts.audit import record_event
from webplatform.common.errors import AppError, StoreAway
from webplatform.common.system.disk import is_full
from webplatform.common.system.memory import memory_bound
from webplatform.exporting.files import nameless_file, remove_file, seal
from webplatform.exporting.models import ExportJob, export_jobs_folder
from webplatform.exporting.queries import content_of, expiry_of, work_of
from webplatform.exporting.writing import write_file
from webplatform.jobs.heartbeat import Heartbeat
from webplatform.jobs.job_errors import stored_error
from webplatform.jobs.leases import LeaseLost, claim
from webplatform.jobs.outages import handed_back
from webplatform.vault.keys import keep_key, key_for
from webplatform.vault.sealed import new_key
from webplatform.vault.stored import is_remote, store_file

BEAT_EVERY_S = 0.5

logger = logging.getLogger(__name__)


@dataclass
class _Run:
    """One attempt at a job."""

    job: ExportJob
    total: int = 1
    done: int = 0
    beaten_s: float = field(default_factory=time.monotonic)

    def note(self, done: int) -> None:
        """So much more is written; twice a second the row says so, and it is seen whether to stop."""
        self.done += done
        if time.monotonic() - self.beaten_s < BEAT_EVERY_S:
            return
        self.beaten_s = time.monotonic()
        if not self.job.held.update(heartbeat_at=timezone.now(), progress=min(self.done / self.total, 0.99)):
            raise LeaseLost


def run_export_job(job_id: UUID) -> None:
    """The job is done or failed; or another worker has it."""
    job = claim(ExportJob.objects.select_related("user", "study"), job_id, progress=0.0)
    if job is None:
        logger.info("Export job %s is not waiting any more.", job_id)
        return
    with override(job.language):
        _try(_Run(job))


def _try(run: _Run) -> None:
    try:
        with Heartbeat(run.job.held):
            _make(run)
    except LeaseLost:
        logger.warning("Export job %s was deleted, ended or taken away while this worker was at it.", run.job.pk)
    except StoreAway as error:
        handed_back(run.job.held, error, f"Export job {run.job.pk}")
    except (AppError, inference.InferenceError) as error:
        _fail(run, getattr(error, "code", "unreadable_video"), str(error))
    except MemoryError:
        _fail(run, "too_large", _("This takes more memory than the server gives one file. Choose less."))
    except Exception as error:
        if handed_back(run.job.held, error, f"Export job {run.job.pk}"):
            return
        logger.exception("Export job %s failed.", run.job.pk)
        if is_full(error):
            _fail(run, "storage_full", _("The server has no room for this file."))
        else:
            _fail(run, "internal", _("Something went wrong on the server. The operator's log says more."))


def _make(run: _Run) -> None:
    part = export_jobs_folder() / f"{run.job.pk}.{run.job.lease.hex}.part"
    content = content_of(run.job, note=run.note)
    run.total = max(1, work_of(run.job, content))
    with nameless_file() as file:
        with memory_bound(settings.RAUT_DECODE_MEMORY_MB):
            ending = write_file(run.job, content, file)
        try:
            # In the store one key is for all attempts: whichever file comes last opens with it.
            key = key_for(run.job.key_name) if is_remote() else new_key()
            size_bytes = seal(file, part, key)
            if is_remote():  # before the row is locked: it takes as long as the file is large
                store_file(part, run.job.file)
            _settle(run, key, ending=ending, size_bytes=size_bytes)
        except LeaseLost:
            if is_remote() and not _is_made_elsewhere(run.job):
                remove_file(run.job)
            raise
        finally:
            part.unlink(missing_ok=True)


def _is_made_elsewhere(job: ExportJob) -> bool:
    """Whether somebody else makes its file, or has made it."""
    over = (ExportJob.State.ENDED, ExportJob.State.FAILED)
    return ExportJob.objects.filter(pk=job.pk).exclude(state__in=over).exists()


def _settle(run: _Run, key: bytes, **about: object) -> None:
    """The file has its place, its key is kept and the row says so; without the lease none of it happens.

    A session that was erased meanwhile has ended the job, and with it the lease.
    """
    now = timezone.now()
    about |= {"state": ExportJob.State.DONE, "progress": 1.0, "finished_at": now, "expires_at": expiry_of(run.job, now)}
    with transaction.atomic():
        if not run.job.held.update(**about, lease=None):
            raise LeaseLost
        keep_key(run.job.key_name, key)
        if not is_remote():
            (export_jobs_folder() / f"{run.job.pk}.{run.job.lease.hex}.part").replace(run.job.file)
        study_id = run.job.study_id
        record_event("exportjob.made", actor=run.job.user, study_id=study_id, target=f"exportjob:{run.job.pk}")


def give_up(job: ExportJob, held: QuerySet[ExportJob]) -> bool:
    """The job has failed, as its worker died so often; False where it is not held like this any more."""
    with override("en"):
        why = _("The server stopped %(n)d times while it made this file.") % {"n": job.attempts}
    return _fail_held(held, "given_up", stored_error(why))


def _fail(run: _Run, code: str, message: str) -> None:
    _fail_held(run.job.held, code, stored_error(message, run.job.language))


def _fail_held(held: QuerySet[ExportJob], code: str, error: dict[str, object]) -> bool:
    failed = {"state": ExportJob.State.FAILED, "lease": None, "finished_at": timezone.now()}
    return bool(held.update(error_code=code, **error, **failed))
