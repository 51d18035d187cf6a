"""Overlay sessions of any studies: each one's own person on a common clock."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from inference import EMOTIONS
from webplatform.accounts.models import User
from webplatform.common.database.commits import after_commit
from webplatform.history.models import Session
from webplatform.results.bins import on_clock, unpacked
from webplatform.results.composing import rounded
from webplatform.results.gathering import curve_digest
from webplatform.results.material import Why
from webplatform.results.models import SessionCurve
from webplatform.results.queries import MOST_LAID_OVER as MOST_LAID_OVER
from webplatform.results.tasks import send_curve


def overlay_sessions(user: User, ids: list[UUID]) -> list[Session]:
    """Those of the sessions that the user may see, in the order asked for, each once and eight at most."""
    reachable = Session.objects.for_user(user).filter(pk__in=ids).select_related("participant", "condition", "study")
    sessions = {session.pk: session for session in reachable.defer("summary")}
    return [sessions[key] for key in dict.fromkeys(ids) if key in sessions][:MOST_LAID_OVER]


def overlay_of(sessions: list[Session], *, clock: str = "") -> dict[str, Any]:
    """The sessions' mean scores by second; where a session is not added up yet, a worker is asked to do that."""
    curves = {curve.pk: curve for curve in SessionCurve.objects.filter(session__in=sessions)}
    sessions_data = [_shown(session, curves.get(session.pk), clock) for session in sessions]
    return {"is_waiting": any(one["why"] == Why.NOT_MADE for one in sessions_data), "sessions": sessions_data}


def clocks_of(sessions: list[Session]) -> list[str]:
    """The marker labels that all of the sessions have."""
    labels = [set(session.markers.values_list("text", flat=True)) for session in sessions]
    return sorted(set.intersection(*labels)) if labels else []


def _shown(session: Session, curve: SessionCurve | None, clock: str) -> dict[str, Any]:
    why, from_ms = _start(session, curve, clock)
    mean: dict[str, list[float | None]] = {str(emotion): [] for emotion in EMOTIONS}
    if not why:
        values = on_clock(unpacked(bytes(curve.bins)), from_ms=from_ms).values
        mean = {str(emotion): rounded(values[:, index]) for index, emotion in enumerate(EMOTIONS)}
    return {
        "id": session.pk,
        "title": session.title,
        "participant": str(session.participant or ""),
        "condition": str(session.condition or ""),
        "person": curve.person if curve else SessionCurve.Person.NONE.value,
        "why": why,
        "mean": mean,
    }


def _start(session: Session, curve: SessionCurve | None, clock: str) -> tuple[str, int]:
    """Why the session has no curve, or where its clock starts."""
    if session.state != Session.State.CLOSED:
        return str(Why.NOT_DONE if session.state == Session.State.OPEN else Why.FAILED), 0
    if session.readings_removed_at is not None:
        return str(Why.READINGS_GONE), 0
    if curve is None or curve.made_of != curve_digest(session):
        after_commit(send_curve, session.pk)
        return str(Why.NOT_MADE), 0
    if curve.is_failed or curve.person == SessionCurve.Person.NONE:
        return str(Why.NOBODY_SEEN), 0
    marker = session.markers.filter(text=clock).first() if clock else None
    if clock and marker is None:
        return str(Why.NO_MARKER), 0
    return "", marker.t_ms if marker else 0
