"""When each part of a session goes, by the days that its study states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from webplatform.history.models import Session


@dataclass(frozen=True, slots=True)
class Deadlines:
    """When the video, the readings and the session itself go; None for what is not there (any more).

    Args:
        media_at: None also for a video that goes as soon as it was analysed.
    """

    media_at: datetime | None
    readings_at: datetime | None
    session_at: datetime

    @property
    def next_at(self) -> datetime:
        """When something goes next."""
        return min(at for at in (self.media_at, self.readings_at, self.session_at) if at is not None)


def deadlines_of(session: Session, *, has_media: bool) -> Deadlines:
    """When the parts of a session go; counted from its end, and never later because somebody looked at it."""
    policy, ended_at = session.study.retention, session.closed_at or session.created_at
    return Deadlines(
        media_at=ended_at + policy.media_time if has_media and policy.media_days else None,
        readings_at=None if session.readings_removed_at else ended_at + policy.observation_time,
        session_at=ended_at + policy.rest_time,
    )


def ended_before(sessions: QuerySet[Session], moment: datetime) -> QuerySet[Session]:
    """Those of the sessions that ended before the moment; one that never ended counts from when it began."""
    return sessions.annotate(ended_at=Coalesce("closed_at", "created_at")).filter(ended_at__lt=moment)
