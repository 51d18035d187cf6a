"""What a withdrawn consent or a disabled account stops and deletes: running jobs, videos kept by consent."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from webplatform.accounts.models import User
from webplatform.analysis.models import AnalysisJob, MediaFile, PlaybackCopy
from webplatform.analysis.progress import publish_job
from webplatform.common.database.commits import after_commit
from webplatform.common.errors import Conflict
from webplatform.consent.models import ConsentRecord, ConsentScope
from webplatform.consent.queries import effective_scopes
from webplatform.history.events import video_removed
from webplatform.history.media import erase_session_key, set_session_key_aside
from webplatform.history.models import Session
from webplatform.history.services import fail_session
from webplatform.studies.models import Study
from webplatform.vault.stored import remove_after_commit

ACTIVE = (AnalysisJob.State.QUEUED, AnalysisJob.State.RUNNING)


def may_keep_media(session: Session) -> bool:
    """Whether the video may stay once it is analysed: the study keeps videos, and the consent covers it."""
    keeps = session.study.capture_mode == Study.CaptureMode.MEDIA
    return keeps and ConsentScope.KEEP_MEDIA in effective_scopes(session.consent)


@transaction.atomic
def stop_jobs(record: ConsentRecord) -> int:
    """No job works on the consent any more: each is cancelled, and its worker writes nothing more.

    Returns how many there were.
    """
    return _cancel(AnalysisJob.objects.filter(session__consent=record))


@transaction.atomic
def stop_jobs_on(session: Session) -> int:
    """The same for the job of one session."""
    return _cancel(AnalysisJob.objects.filter(session=session))


@transaction.atomic
def stop_jobs_of(user: User) -> int:
    """The same for the jobs of an account."""
    return _cancel(AnalysisJob.objects.filter(session__created_by=user))


@transaction.atomic
def drop_media(session: Session, *, is_purged: bool = False) -> bool:
    """The session's video is gone, its key first, and its history stays; False where there was none.

    Where only its time was over (`is_purged`), the key is set aside for a while.
    """
    media = MediaFile.objects.filter(session=session).first()
    if media is None:
        return False
    (set_session_key_aside if is_purged else erase_session_key)(session)
    copies = PlaybackCopy.objects.filter(media=media).exclude(stored_name="").values_list("stored_name", flat=True)
    for name in [media.stored_name, *copies]:
        remove_after_commit(session.folder / name)
    media.delete()
    video_removed.send(sender=Session, session_id=session.pk)
    return True


def drop_unwanted_media() -> int:
    """No video of an analysed session is left that its consent or its study does not keep; returns how many went."""
    done = AnalysisJob.objects.filter(state=AnalysisJob.State.DONE, session__media__isnull=False)
    by_study = done.filter(session__study__capture_mode=Study.CaptureMode.READINGS)
    by_consent = done.filter(session__consent__withdrawals__isnull=False)
    jobs = (by_study | by_consent).select_related("session__study", "session__consent").distinct()
    unwanted = [job.session for job in jobs if not may_keep_media(job.session)]
    return sum([drop_media(session) for session in unwanted])


def _cancel(cancelled: QuerySet[AnalysisJob]) -> int:
    jobs = list(cancelled.filter(state__in=ACTIVE).select_related("session"))
    stopped = {"state": AnalysisJob.State.CANCELLED, "lease": None, "seconds_left": None}
    for job in jobs:
        with suppress(Conflict):
            fail_session(session=job.session)  # the session's row first, as everywhere
        AnalysisJob.objects.filter(pk=job.pk, state__in=ACTIVE).update(finished_at=timezone.now(), **stopped)
        after_commit(publish_job, job.pk)
    return len(jobs)
