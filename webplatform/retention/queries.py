"""What goes by when, and what is held of whom."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from webplatform.accounts.models import User
from webplatform.analysis.models import MediaFile
from webplatform.consent.subject import Subject
from webplatform.history.bin import gone_at
from webplatform.history.models import Session
from webplatform.history.retention_deadlines import NEAR, ended_before, with_end
from webplatform.studies.models import Membership, Participant, Study
from webplatform.studies.permissions import studies_where
from webplatform.studies.retention_policy import RetentionPolicy
from webplatform.studies.roles import Act

TOLD_BEFORE = NEAR
RETRIED_WITHIN = timedelta(days=1)  # a failed analysis keeps its video so long where no video is to be kept

DUE_NAMES = ("videos", "readings", "sessions", "participants", "binned")
POLICY_FIELDS = ("capture_mode", "media_days", "observation_days", "rest_days", "bin_days")  # what `retention` reads


@dataclass(frozen=True, slots=True)
class Due:
    """What has to go: sessions that lose their video, that lose their readings, that go whole; and participants.

    Args:
        binned: sessions whose time in the bin is over.
    """

    videos: QuerySet[Session]
    readings: QuerySet[Session]
    sessions: QuerySet[Session]
    participants: QuerySet[Participant]
    binned: QuerySet[Session]

    def counts(self) -> dict[str, int]:
        """How many of each there are."""
        return {name: getattr(self, name).count() for name in DUE_NAMES}

    def shown_counts(self) -> dict[str, int]:
        """The same without binned sessions, for members who have not deleted them."""
        counts = {
            name: getattr(self, name).filter(binned_at=None).count() for name in ("videos", "readings", "sessions")
        }
        return counts | {"participants": self.participants.count()}


def due_of(study: Study, policy: RetentionPolicy, moment: datetime) -> Due:
    """What of the study has to be gone at the time, by these days; in the bin, too."""
    return _due_in(Q(study=study), policy, moment)


def due_by_study(moment: datetime) -> dict[UUID, Counter[str]]:
    """How many of what have to be gone at the time, for each study that has any.

    Thousands of studies share a few policies: the database is asked once for each of those, and not for each study.
    """
    counts: dict[UUID, Counter[str]] = defaultdict(Counter)
    for stated in Study.objects.order_by().values(*POLICY_FIELDS).distinct():
        alike = Q(*(Q(**{f"study__{name}": value}) for name, value in stated.items()))
        due = _due_in(alike, Study(**stated).retention, moment)
        for name in DUE_NAMES:
            rows = getattr(due, name).order_by().values_list("study_id").annotate(Count("pk", distinct=True))
            for study_id, count in rows:
                counts[study_id][name] = count
    return counts


def _due_in(studies: Q, policy: RetentionPolicy, moment: datetime) -> Due:
    sessions = Session.everything.filter(studies)
    ended = sessions.exclude(state=Session.State.OPEN)
    return Due(
        videos=ended_before(ended.filter(media__isnull=False), moment - (policy.media_time or RETRIED_WITHIN)),
        readings=ended_before(ended.filter(readings_removed_at=None), moment - policy.observation_time),
        sessions=ended_before(sessions, moment - policy.rest_time),
        participants=_not_heard_of_since(studies, moment - policy.rest_time),
        binned=sessions.filter(binned_at__lte=moment - policy.bin_time),
    )


def _not_heard_of_since(studies: Q, moment: datetime) -> QuerySet[Participant]:
    silent = Participant.objects.filter(studies, sessions=None, created_at__lt=moment)
    for sign in ("links__created_at", "links__last_used_at", "requests__asked_at", "consents__given_at"):
        silent = silent.exclude(**{f"{sign}__gte": moment})
    return silent


def going_soon(user: User) -> dict[str, int]:
    """How many videos, readings and sessions of the studies that the user owns go within a week; empty: nothing."""
    owned = Study.objects.filter(pk__in=studies_where(user, Act.OWN))
    by_policy: dict[RetentionPolicy, list[Study]] = defaultdict(list)
    for study in owned:
        by_policy[study.retention].append(study)
    if not by_policy:
        return {}
    counts = _count_soon(by_policy, timezone.now() + TOLD_BEFORE)
    return {name: n for name, n in counts.items() if n}


def _count_soon(by_policy: dict[RetentionPolicy, list[Study]], moment: datetime) -> dict[str, int]:
    videos, readings, sessions = Q(pk=None), Q(pk=None), Q(pk=None)
    for policy, studies in by_policy.items():
        in_them = Q(study__in=studies)
        if policy.media_days:
            videos |= in_them & Q(ended_at__lt=moment - policy.media_time)
        readings |= in_them & Q(ended_at__lt=moment - policy.observation_time)
        sessions |= in_them & Q(ended_at__lt=moment - policy.rest_time)
    in_any = with_end(Session.objects.filter(study__in=[study for studies in by_policy.values() for study in studies]))
    return in_any.exclude(state=Session.State.OPEN).aggregate(
        videos=Count("pk", filter=videos & Q(media__isnull=False)),
        readings=Count("pk", filter=readings & Q(readings_removed_at=None)),
        sessions=Count("pk", filter=sessions),
    )


def held_of(participant: Participant) -> list[dict[str, Any]]:
    """The participant's sessions, newest first, with what each holds; those in the bin are held, too."""
    return held_in(Session.everything.filter(participant=participant))


def held_in(sessions: QuerySet[Session]) -> list[dict[str, Any]]:
    """What each of the sessions holds, newest first."""
    with_media = set(MediaFile.objects.filter(session__in=sessions).values_list("session_id", flat=True))
    newest = sessions.select_related("study").order_by("-created_at")
    return [_held(session, session.pk in with_media) for session in newest]


def _held(session: Session, has_media: bool) -> dict[str, Any]:
    return {
        "session": str(session.pk),
        "source": session.source,
        "state": session.state,
        "recorded_at": session.created_at,
        "duration_ms": session.duration_ms,
        "readings": 0 if session.readings_removed_at else session.frames_scored,
        "has_media": has_media,
        "deleted_at": session.binned_at,
        "gone_at": gone_at(session),
    }


def own_sessions(subject: Subject) -> QuerySet[Session]:
    """The sessions of their own face: what is held of the person, not of others they recorded.

    Those in the bin are held, too.
    """
    if isinstance(subject, Participant):
        return Session.everything.filter(participant=subject)
    return Session.everything.filter(consent__user=subject)


@dataclass(frozen=True, slots=True)
class OwnedStudies:
    """The studies that a user alone owns.

    Args:
        alone: nobody else is in them; they go with the account.
        shared: others are in them; somebody else has to own them first.
    """

    alone: list[Study]
    shared: list[Study]


def last_owned_by(user: User) -> OwnedStudies:
    """The studies that would have no owner without the user."""
    owners = Membership.objects.owners()
    owned = Study.objects.filter(memberships__in=owners.filter(user=user))
    last = owned.exclude(memberships__in=owners.exclude(user=user)).order_by("name")
    shared = set(Membership.objects.filter(study__in=last).exclude(user=user).values_list("study_id", flat=True))
    return OwnedStudies([s for s in last if s.pk not in shared], [s for s in last if s.pk in shared])


def owners_of(study: Study) -> Iterable[User]:
    """The study's owners who can sign in."""
    return User.objects.filter(is_active=True, memberships__in=study.memberships.owners())
