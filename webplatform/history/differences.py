"""Compare the readings of two models for one video: where they agree, where they differ."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from inference import EMOTIONS
from webplatform.common.errors import Conflict
from webplatform.history.models import Observation, Session

MOST_STRETCHES = 12
MOST_ROWS = 20_000  # of differing readings that are looked through for stretches
DIGITS = 4


def difference_between(first: Session, second: Session) -> dict[str, Any]:
    """Both sessions' verdicts, reading by reading.

    Args:
        first, second: closed sessions of one recording, read at the same moments.
    Returns:
        first and second (session, model), readings (faces at moments that both have), same (how many have the same
        verdict, "not sure" being one), changes (from, to, count; null stands for "not sure"), shares (by emotion, of
        each session's scored time), not_sure_share of both, and stretches: the longest in which they differ.
    Raises:
        Conflict: they are not two finished readings of one recording.
    """
    _require_comparable(first, second)
    pairs = _pairs(first, second)
    counts = list(pairs.order_by().values("was", "now").annotate(count=Count("pk")))
    changes = [row for row in counts if row["was"] != row["now"]]
    readings = sum(row["count"] for row in counts)
    return {
        "first": _session_and_model(first),
        "second": _session_and_model(second),
        "readings": readings,
        "same": readings - sum(row["count"] for row in changes),
        "changes": [
            {"from": row["was"] or None, "to": row["now"] or None, "count": row["count"]}
            for row in sorted(changes, key=lambda row: -row["count"])
        ],
        "shares": [
            {"emotion": str(emotion), "first": _share(first, emotion), "second": _share(second, emotion)}
            for emotion in EMOTIONS
        ],
        "not_sure_share": [one.summary.get("not_sure_share") for one in (first, second)],
        "stretches": _stretches(pairs, first),
    }


def _require_comparable(first: Session, second: Session) -> None:
    is_one_video = (first.repeats_id or first.pk) == (second.repeats_id or second.pk) and first.pk != second.pk
    if not is_one_video or {first.state, second.state} != {Session.State.CLOSED}:
        raise Conflict(_("Only two finished readings of the same video can be compared."))


def _pairs(first: Session, second: Session) -> QuerySet[Observation]:
    """The first session's scored readings with both verdicts on the same face at the same moment; "" is "not sure"."""
    same = Observation.objects.filter(
        session=second, t_ms=OuterRef("t_ms"), track__number=OuterRef("track__number"), angry__isnull=False
    )
    verdict = Coalesce("dominant", Value(""))
    scored = Observation.objects.filter(session=first, angry__isnull=False)
    other = Subquery(same.annotate(verdict=verdict).values("verdict")[:1])
    return scored.annotate(was=verdict, now=other).filter(now__isnull=False)


def _stretches(pairs: QuerySet[Observation], session: Session) -> list[dict[str, Any]]:
    """Unbroken times of one difference, the longest ones in the order of their time."""
    step_ms = session.summary.get("step_ms", session.every_ms)
    differing = pairs.exclude(was=F("now")).order_by("track__number", "t_ms")
    stretches: list[dict[str, Any]] = []
    for track, t_ms, was, now in differing.values_list("track__number", "t_ms", "was", "now")[:MOST_ROWS]:
        kind = {"track": track, "from": was or None, "to": now or None}
        last = stretches[-1] if stretches else {}
        if all(last.get(key, "") == value for key, value in kind.items()) and t_ms <= last["end_ms"] + step_ms // 2:
            last["end_ms"] = t_ms + step_ms
        else:
            stretches.append({**kind, "start_ms": t_ms, "end_ms": t_ms + step_ms})
    longest = sorted(stretches, key=lambda one: one["start_ms"] - one["end_ms"])[:MOST_STRETCHES]
    return sorted(longest, key=lambda one: (one["track"], one["start_ms"]))


def _session_and_model(session: Session) -> dict[str, str]:
    return {"session": str(session.pk), "model": str(session.model_version)}


def _share(session: Session, emotion: str) -> float:
    return round(session.summary.get("share", {}).get(emotion, 0.0), DIGITS)
