"""How exporting reacts to signals of other apps."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from webplatform.accounts.events import account_disabled
from webplatform.accounts.models import User
from webplatform.consent.events import consent_withdrawn
from webplatform.consent.models import ConsentRecord, ConsentScope
from webplatform.exporting.job_endings import end_jobs, end_jobs_with
from webplatform.exporting.kinds import KINDS
from webplatform.exporting.models import ExportJob
from webplatform.history.events import (
    readings_removed,
    session_assigned,
    session_binned,
    session_erased,
    video_removed,
)
from webplatform.history.models import Session

PICTURES = tuple(format for format, kind in KINDS.items() if kind.needs_video)


@receiver(consent_withdrawn)
def end_with_consent(record: ConsentRecord, scopes: frozenset[str], **_: Any) -> None:
    """A copy that was made before a withdrawal ends with it; one with pictures also where only these may not stay."""
    sessions = Session.everything.filter(consent=record).values_list("pk", flat=True)
    if ConsentScope.ANALYSE in scopes:
        end_jobs_with(sessions)
    elif ConsentScope.KEEP_MEDIA in scopes:
        end_jobs_with(sessions, formats=PICTURES)


@receiver(session_binned)
def end_with_deletion(session: Session, **_: Any) -> None:
    """Nothing that was read of a session can be fetched while it lies in the bin."""
    end_jobs_with([session.pk])


@receiver(session_erased)
@receiver(readings_removed)
def end_with_session(session_id: UUID, **_: Any) -> None:
    """Nothing that was read of a session outlives it, or the time of its readings."""
    end_jobs_with([session_id])


@receiver(session_assigned)
def end_with_whose(session: Session, **_: Any) -> None:
    """What says that the session is another person's, and was made on another consent, does not stay."""
    end_jobs_with([session.pk])


@receiver(video_removed)
def end_with_video(session_id: UUID, **_: Any) -> None:
    """No picture of a session outlives its video; what reads the video again shows the same pictures."""
    again = Session.everything.filter(repeats=session_id).values_list("pk", flat=True)
    end_jobs_with([session_id, *again], formats=PICTURES)


@receiver(account_disabled)
def stop_work_of_account(user: User, **_: Any) -> None:
    """What a disabled account has set going does not go on."""
    running = (ExportJob.State.QUEUED, ExportJob.State.RUNNING)
    end_jobs(ExportJob.objects.filter(user=user, state__in=running))
