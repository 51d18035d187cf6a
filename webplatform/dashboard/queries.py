"""What the dashboard's pages show: lists and totals, put together from the apps below."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Count, QuerySet, Sum

from webplatform.accounts.models import User
from webplatform.analysis.models import AnalysisJob
from webplatform.history.emotion_shares import EmotionShare, shares_of
from webplatform.history.models import Session
from webplatform.history.queries import session_variables, sessions_of
from webplatform.history.retention_deadlines import Deadlines, deadlines_of
from webplatform.history.selection import Selection
from webplatform.studies.models import Membership
from webplatform.studies.roles import Act, may, may_delete


@dataclass(frozen=True, slots=True)
class Totals:
    """What all sessions of a user add up to."""

    sessions: int
    minutes: float
    faces: int


@dataclass(frozen=True, slots=True)
class Row:
    """One session as a list shows it."""

    session: Session
    job: AnalysisJob | None
    status: str
    faces: int | None
    shares: list[EmotionShare]
    deadlines: Deadlines
    variables: dict[str, str | float]
    may_edit: bool = False
    may_delete: bool = False

    @property
    def is_active(self) -> bool:
        """Whether work is waiting or under way."""
        return self.status in (AnalysisJob.State.QUEUED, AnalysisJob.State.RUNNING)

    @property
    def is_repeatable(self) -> bool:
        """Whether the job may be tried again: it has ended without a result, and its video is still here."""
        has_failed = self.status in (AnalysisJob.State.FAILED, AnalysisJob.State.CANCELLED)
        has_video = hasattr(self.session, "media") or self.session.repeats_id is not None
        return has_failed and self.job is not None and has_video

    @property
    def mostly(self) -> EmotionShare | None:
        """The expression shown longest."""
        return max(self.shares, key=lambda share: share.percent, default=None)


def totals_of(user: User) -> Totals:
    """The user's sessions, the minutes of those that are closed, and the faces in them; a video counts once."""
    own = Session.objects.for_user(user).filter(repeats=None)
    sums = own.order_by().aggregate(n=Count("pk"), ms=Sum("duration_ms"), people=Sum("people"))
    return Totals(sessions=sums["n"], minutes=(sums["ms"] or 0) / 60_000, faces=sums["people"] or 0)


def listed_sessions(user: User, selection: Selection) -> QuerySet[Session]:
    """The user's sessions that are meant, with their jobs."""
    sessions = sessions_of(user, selection).select_related("job", "media")
    return sessions.prefetch_related("study__variables")


def rows_of(user: User, sessions: Iterable[Session]) -> list[Row]:
    """Sessions as a list shows them, with what `user` may do; the sessions come with their jobs."""
    roles = dict(Membership.objects.filter(user=user).values_list("study_id", "role"))
    return [_row_for(user, roles.get(session.study_id, ""), session) for session in sessions]


def _row_for(user: User, role: str, session: Session) -> Row:
    return replace(
        row_of(session),
        may_edit=may(Act.ANNOTATE, role),
        may_delete=may_delete(role, is_recorder=session.created_by_id == user.pk),
    )


def row_of(session: Session) -> Row:
    """A session as a list shows it; the session comes with its job."""
    job = getattr(session, "job", None)
    status = _status(session, job)
    return Row(
        session=session,
        job=job,
        status=status,
        faces=_faces(session),
        shares=shares_of(session.revised or session.summary),
        deadlines=deadlines_of(session, has_media=hasattr(session, "media")),
        variables=session_variables(session),
    )


def _status(session: Session, job: AnalysisJob | None) -> str:
    if session.state == Session.State.CLOSED:
        return AnalysisJob.State.DONE
    return job.state if job else session.state


def _faces(session: Session) -> int | None:
    """How many people there were: glimpses do not count."""
    return session.people if "tracks" in session.summary else None
