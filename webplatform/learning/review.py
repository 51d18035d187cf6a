"""Choose readings that are worth a check: faces from which a model would learn most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any

from django.db.models import Count, Exists, F, FloatField, OuterRef, QuerySet, Window
from django.db.models.functions import Greatest, Lag, Lead

from inference import EMOTIONS, Reason
from webplatform.accounts.models import User
from webplatform.consent.models import ConsentScope
from webplatform.consent.queries import effective_scopes
from webplatform.history.models import Correction, Observation, Session
from webplatform.learning.samples import may_teach
from webplatform.studies.permissions import studies_where
from webplatform.studies.roles import Act

NEWEST_SESSIONS = 50
MOST_CANDIDATES = 60  # candidates of each kind
APART_MS = 1000  # neighbouring frames of one face show the same
RARE_CLASSES = 2
UNSURE, FLICKER, RARE = "unsure", "flicker", "rare"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A reading to look at.

    Args:
        row: the observation, with its session and track.
        why: "unsure" (no verdict), "flicker" (other than before and after) or "rare" (an expression seldom labelled).
    """

    row: Observation
    why: str


def propose(user: User, *, limit: int, skipped: Sequence[int] = ()) -> list[Proposal]:
    """The readings to look at next, from sessions that may teach and that the user may correct; kinds take turns."""
    sessions = teaching_sessions(user)
    if not sessions:
        return []
    open_rows = _open_rows(sessions, skipped)
    kinds = {UNSURE: _unsure(open_rows), FLICKER: _flickers(sessions, open_rows), RARE: _rare(sessions, open_rows)}
    turns = zip_longest(*([Proposal(row, why) for row in rows] for why, rows in kinds.items()))
    return list(_spread(chain.from_iterable(turns), limit))


def is_proposable(row: Observation, user: User) -> bool:
    """Whether the user may still be asked about the reading."""
    return any(session.pk == row.session_id for session in teaching_sessions(user, only=row.session_id))


def teaching_sessions(user: User, only: Any = None) -> list[Session]:
    """The user's newest sessions whose people agreed to training and whose video is kept and there."""
    studies = studies_where(user, Act.ANNOTATE)
    sessions = Session.objects.for_user(user).filter(study__in=studies, state=Session.State.CLOSED, media__isnull=False)
    if only is not None:
        sessions = sessions.filter(pk=only)
    newest = sessions.select_related("consent", "media").order_by("-created_at")[:NEWEST_SESSIONS]
    return [
        session
        for session in newest
        if ConsentScope.KEEP_MEDIA in effective_scopes(session.consent) and may_teach(session)
    ]


def _open_rows(sessions: list[Session], skipped: Sequence[int]) -> QuerySet[Observation]:
    """Scored readings that nobody has judged yet, nor their neighbours, with their highest score."""
    corrections = Correction.objects.filter(
        track=OuterRef("track"), from_ms__lt=OuterRef("t_ms") + APART_MS, to_ms__gt=OuterRef("t_ms") - APART_MS
    )
    scored = Observation.objects.filter(session__in=sessions, angry__isnull=False).exclude(pk__in=list(skipped))
    top = Greatest(*(F(str(emotion)) for emotion in EMOTIONS), output_field=FloatField())
    return scored.annotate(top=top).filter(~Exists(corrections)).select_related("session__media", "track")


def _unsure(rows: QuerySet[Observation]) -> list[Observation]:
    return list(rows.filter(reason=Reason.LOW_CONFIDENCE.value).order_by("top", "pk")[:MOST_CANDIDATES])


def _flickers(sessions: list[Session], rows: QuerySet[Observation]) -> list[Observation]:
    """Readings whose verdict differs from the one before and the one after, which agree."""
    order = {"partition_by": F("track_id"), "order_by": F("t_ms").asc()}
    readings = Observation.objects.filter(session__in=sessions, dominant__isnull=False).annotate(
        before=Window(Lag("dominant"), **order), after=Window(Lead("dominant"), **order)
    )
    odd = readings.filter(before=F("after")).exclude(dominant=F("before")).order_by("pk").values_list("pk", flat=True)
    return list(rows.filter(pk__in=list(odd[: 4 * MOST_CANDIDATES])).order_by("-top", "pk")[:MOST_CANDIDATES])


def _rare(sessions: list[Session], rows: QuerySet[Observation]) -> list[Observation]:
    """Readings of the expressions that people have labelled least."""
    counted = Correction.objects.filter(session__in=sessions).order_by().values("emotion").annotate(n=Count("pk"))
    labels = {row["emotion"]: row["n"] for row in counted}
    by_emotion = [
        rows.filter(dominant=emotion).order_by("-top", "pk")[: MOST_CANDIDATES // RARE_CLASSES]
        for emotion in sorted(map(str, EMOTIONS), key=lambda emotion: labels.get(emotion, 0))
    ]
    rarest: list[list[Observation]] = []
    for candidates in by_emotion:
        if len(rarest) < RARE_CLASSES and (readings := list(candidates)):
            rarest.append(readings)
    return [row for row in chain.from_iterable(zip_longest(*rarest)) if row is not None]


def _spread(proposals: Iterable[Proposal | None], limit: int) -> Iterator[Proposal]:
    """The first ones, none within a second of another one of the same face."""
    chosen: list[tuple[int, int]] = []
    for proposal in proposals:
        if len(chosen) >= limit:
            return
        if proposal is None:
            continue
        track, t_ms = proposal.row.track_id, proposal.row.t_ms
        if all(track != other or abs(t_ms - other_ms) >= APART_MS for other, other_ms in chosen):
            chosen.append((track, t_ms))
            yield proposal
