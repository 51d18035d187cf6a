"""When each part of a session is deleted, by the days that its study states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from webplatform.history.models import Session

NEAR = timedelta(days=7)


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
    def parts(self) -> list[tuple[str, datetime]]:
        """What goes when, the next first: "video", "readings", "session"."""
        deadlines = [("video", self.media_at), ("readings", self.readings_at), ("session", self.session_at)]
        due = [(name, moment) for name, moment in deadlines if moment is not None and moment <= self.session_at]
        return sorted(due, key=lambda part: part[1])

    @property
    def next_part(self) -> tuple[str, datetime]:
        """What goes next, and when; the whole session where all goes at once."""
        first_at = self.parts[0][1]
        return [part for part in self.parts if part[1] == first_at][-1]

    @property
    def is_near(self) -> bool:
        """Whether something goes within a week."""
        return self.next_part[1] <= timezone.now() + NEAR


def deadlines_of(session: Session, *, has_media: bool) -> Deadlines:
    """When the parts of a session go; counted from its end, and never later because somebody looked at it."""
    recording = session.repeats or session  # reading a video again does not make it any younger
    policy, ended_at = session.study.retention, recording.closed_at or recording.created_at
    return Deadlines(
        media_at=ended_at + policy.media_time if has_media and policy.media_days else None,
        readings_at=None if session.readings_removed_at else ended_at + policy.observation_time,
        session_at=ended_at + policy.rest_time,
    )


def with_end(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """The sessions with `ended_at`; one that never ended counts from when it began."""
    of_recording = Coalesce("repeats__closed_at", "repeats__created_at", "closed_at", "created_at")
    return sessions.annotate(ended_at=of_recording)


def ended_before(sessions: QuerySet[Session], moment: datetime) -> QuerySet[Session]:
    """Those of the sessions that ended before the moment."""
    return with_end(sessions).filter(ended_at__lt=moment)
