"""Read export jobs: their content, their amount of work, and when they expire."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from webplatform.accounts.models import User
from webplatform.analysis.models import MediaFile, recording_of
from webplatform.analysis.withdrawals import may_keep_media
from webplatform.exporting.content import Content
from webplatform.exporting.kinds import KINDS, Format
from webplatform.exporting.models import ExportJob, ExportPart
from webplatform.exporting.options import Options
from webplatform.history.models import Observation, Session
from webplatform.history.retention_deadlines import deadlines_of


def jobs_of(user: User) -> QuerySet[ExportJob]:
    """The user's jobs, newest first, each with `n_sessions` and, in `first_parts`, its first two sessions."""
    first = Prefetch("parts", _parts().select_related("session")[:2], to_attr="first_parts")
    jobs = (
        ExportJob.objects.for_user(user)
        .select_related("study")
        .annotate(n_sessions=Count("parts", filter=Q(parts__session__binned_at=None)))
    )
    return jobs.prefetch_related(first).order_by("-asked_at", "pk")


def _parts() -> QuerySet[ExportPart]:
    return ExportPart.objects.filter(session__binned_at=None)  # one in the bin has ended its job; its title goes, too


def exportable(user: User) -> QuerySet[Session]:
    """The sessions whose readings the user may take: done, and with their readings."""
    closed = Session.objects.for_user(user).filter(state=Session.State.CLOSED, readings_removed_at=None)
    return closed.select_related("study", "participant", "condition", "stimulus", "model_version", "consent", "repeats")


def has_video(session: Session) -> bool:
    """Whether the session's video lies on the server and may stay there."""
    recording = recording_of(session)
    return may_keep_media(recording) and MediaFile.objects.filter(session=recording).exists()


def content_of(job: ExportJob, *, note: Callable[[int], None]) -> Content:
    """The job's sessions as they are now, in the order in which they were asked for."""
    sessions = exportable(job.user).filter(export_parts__job=job).order_by("export_parts__position")
    return Content(tuple(sessions), Options.from_stored(job.options), note)


def work_of(job: ExportJob, content: Content) -> int:
    """How much there is to write: ms of a video, else readings."""
    sessions = Session.objects.filter(pk__in=[session.pk for session in content.sessions])
    if KINDS[Format(job.format)].needs_video:
        return sessions.aggregate(whole=Sum("duration_ms"))["whole"] or 0
    return Observation.objects.filter(session__in=sessions).count()


def expiry_of(job: ExportJob, now: datetime) -> datetime:
    """When the file goes: after RAUT_EXPORT_DAYS, or with the first thing in it whose time is over."""
    is_video = KINDS[Format(job.format)].needs_video
    ends = [now + timedelta(days=settings.RAUT_EXPORT_DAYS)]
    for session in job.sessions.select_related("study", "repeats"):
        deadlines = deadlines_of(session, has_media=is_video)
        ends += [
            moment for moment in (deadlines.media_at, deadlines.readings_at, deadlines.session_at) if moment is not None
        ]
    return min(ends)
