"""Store the sums of each session's own person, so that a study's results need no single readings."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from webplatform.history.models import Session
from webplatform.results.bins import Moment, folded
from webplatform.results.gathering import curve_digest, curve_digests, sessions_in
from webplatform.results.models import SessionCurve
from webplatform.results.readings import own_readings
from webplatform.studies.models import Study

MOST_AT_ONCE = 200

logger = logging.getLogger(__name__)


def sessions_without_curve() -> list[UUID]:
    """Closed sessions with readings that were never added up, the newest first."""
    closed = Session.objects.filter(state=Session.State.CLOSED, readings_removed_at=None, curve=None)
    return list(closed.order_by("-closed_at").values_list("pk", flat=True)[:MOST_AT_ONCE])


def keep_curves(study: Study) -> None:
    """Every closed session of the study has the curve of what it holds now."""
    digests = curve_digests(sessions_in(study))
    stored = dict(SessionCurve.objects.filter(session__study=study).values_list("pk", "made_of"))
    for session_id, digest in digests.items():
        if stored.get(session_id) != digest:
            keep_curve(session_id)


def keep_curve(session_id: UUID) -> UUID | None:
    """The session's curve is of what it holds now; returns its study's id, or None where there is nothing to keep.

    Safe to run twice and at once: a curve that was made of something else meanwhile is made again by the next one.
    """
    session = Session.objects.filter(pk=session_id).select_related("participant").first()
    if session is None or not (made_of := curve_digest(session)):
        return None
    if SessionCurve.objects.filter(pk=session_id, made_of=made_of).exists():
        return session.study_id
    try:
        fields = _added_up(session)
    except Exception:  # a session that cannot be read must not keep the others from their results
        logger.exception("Session %s cannot be added up.", session_id)
        fields = {"is_failed": True}
    _store(session, fields | {"made_of": made_of})
    return session.study_id


@transaction.atomic
def _store(session: Session, fields: dict[str, object]) -> None:
    """Write the curve, unless the session or its readings went meanwhile."""
    unchanged = Session.objects.select_for_update().filter(pk=session.pk).filter(Q(readings_removed_at=None))
    if unchanged.exists():
        SessionCurve.objects.update_or_create(pk=session.pk, defaults=fields)


def _added_up(session: Session) -> dict[str, object]:
    own = own_readings(session)
    corrected: list[int] = []
    bins = folded(_noting(own.moments, corrected))
    scored = int(bins.scored.sum(dtype=int))
    return {
        "person": own.how,
        "people": own.people,
        "bins": bins.packed(),
        "scored": scored,
        "not_sure": scored - int(bins.verdicts.sum(dtype=int)),
        "unscored": int(bins.unscored.sum(dtype=int)),
        "corrected": len(corrected),
        "excluded": own.excluded,
        "baseline": own.baseline,
        "is_failed": False,
    }


def _noting(moments: Iterator[Moment], corrected: list[int]) -> Iterator[Moment]:
    """The same moments; those that a person corrected are noted."""
    for moment in moments:
        if moment.is_corrected:
            corrected.append(moment.t_ms)
        yield moment
