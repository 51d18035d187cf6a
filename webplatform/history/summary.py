"""The summary of a session, computed in the database when the session closes and stored on its row.

A scored observation stands for one sampling step, so a share of scored time is a share of scored observations.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Avg, Count, Max, Min, Q

from inference import EMOTIONS, Reason
from webplatform.history.glimpses import DIGITS, add_up, dominant_of, is_glimpse
from webplatform.history.models import Observation, Session

UNSCORED_REASONS = [reason for reason in Reason if reason is not Reason.LOW_CONFIDENCE]

# A stretch ends where the verdict changes or the face is away for more than one and a half steps: a gap is no feeling.
LONGEST_STRETCHES = """
WITH marked AS (
    SELECT track_id, t_ms, dominant,
           CASE WHEN dominant = LAG(dominant) OVER before AND t_ms - LAG(t_ms) OVER before <= %(gap_ms)s
                THEN 0 ELSE 1 END AS starts
    FROM history_observation WHERE session_id = %(session)s
    WINDOW before AS (PARTITION BY track_id ORDER BY t_ms)
), numbered AS (
    SELECT track_id, t_ms, dominant, SUM(starts) OVER (PARTITION BY track_id ORDER BY t_ms) AS stretch FROM marked
), stretches AS (
    SELECT track_id, dominant, MIN(t_ms) AS start_ms, MAX(t_ms) AS last_ms
    FROM numbered WHERE dominant IS NOT NULL GROUP BY track_id, dominant, stretch
), ranked AS (
    SELECT track_id, dominant, start_ms, last_ms, ROW_NUMBER() OVER (
        PARTITION BY track_id, dominant ORDER BY last_ms - start_ms DESC, start_ms) AS place
    FROM stretches
)
SELECT track_id, dominant, start_ms, last_ms FROM ranked WHERE place = 1 ORDER BY track_id, start_ms
"""


def summarize(session: Session) -> dict[str, Any]:
    """The summary of a session that has its duration: each track, totals over the people, and what was glimpsed."""
    step_ms = _step_ms(session)
    longest = _longest(session, step_ms)
    tracks = [
        {
            "number": row["track__number"],
            "first_ms": row["first_ms"],
            "last_ms": row["last_ms"],
            **_totals(row),
            "longest": longest.get(row["track_id"], []),
        }
        for row in _tracks(session)
    ]
    return {"step_ms": step_ms, **settle(tracks, session, step_ms)}


def settle(tracks: list[dict[str, Any]], session: Session, step_ms: int) -> dict[str, Any]:
    """Tell people from glimpses: totals and the dominant expression are the people's alone."""
    recorded = {"frames": session.frames_sampled, "step_ms": step_ms, "duration_ms": session.duration_ms or 0}
    settled = [{**track, "is_glimpse": is_glimpse(track, **recorded)} for track in tracks]
    totals = add_up([track for track in settled if not track["is_glimpse"]])
    glimpses = add_up([track for track in settled if track["is_glimpse"]])
    counts = {key: glimpses[key] for key in ("observations", "scored", "not_sure", "unscored")}
    glimpsed = {"tracks": sum(track["is_glimpse"] for track in settled), **counts}
    return {**totals, "dominant": dominant_of(totals), "glimpses": glimpsed, "tracks": settled}


def _step_ms(session: Session) -> int:
    """How far apart the samples really are: a video with fewer frames than were asked for has longer steps."""
    if not session.frames_sampled:
        return session.every_ms
    return max(session.every_ms, round((session.duration_ms or 0) / session.frames_sampled))


def _tracks(session: Session) -> list[dict[str, Any]]:
    observations = Observation.objects.filter(session=session).order_by("track__number")
    return list(
        observations.values("track_id", "track__number").annotate(
            first_ms=Min("t_ms"),
            last_ms=Max("t_ms"),
            observations=Count("pk"),
            scored=Count("angry"),
            sure=Count("dominant"),
            **{f"mean_{emotion}": Avg(emotion) for emotion in EMOTIONS},
            **{f"is_{emotion}": Count("pk", filter=Q(dominant=emotion)) for emotion in EMOTIONS},
            **{f"as_{reason}": Count("pk", filter=Q(reason=reason)) for reason in UNSCORED_REASONS},
        )
    )


def _totals(row: dict[str, Any]) -> dict[str, Any]:
    """Counts, shares and means of one track's row."""
    scored = row["scored"]
    not_sure = scored - row["sure"]
    return {
        "observations": row["observations"],
        "scored": scored,
        "not_sure": not_sure,
        "not_sure_share": round(not_sure / scored, DIGITS) if scored else None,
        "unscored": {str(reason): row[f"as_{reason}"] for reason in UNSCORED_REASONS if row[f"as_{reason}"]},
        "mean": {str(e): round(row[f"mean_{e}"], DIGITS) for e in EMOTIONS} if scored else {},
        "share": {str(e): round(row[f"is_{e}"] / scored, DIGITS) for e in EMOTIONS} if scored else {},
    }


def _longest(session: Session, step_ms: int) -> dict[int, list[dict[str, Any]]]:
    """For each track the longest unbroken stretch of every expression it showed, in order of time."""
    key = Session._meta.pk.get_db_prep_value(session.pk, connection)  # SQLite keeps UUIDs as text
    longest: dict[int, list[dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(LONGEST_STRETCHES, {"session": key, "gap_ms": step_ms * 3 // 2})
        for track_id, emotion, start_ms, last_ms in cursor.fetchall():
            end_ms = min(last_ms + step_ms, max(session.duration_ms or 0, last_ms))
            longest.setdefault(track_id, []).append({"emotion": emotion, "start_ms": start_ms, "end_ms": end_ms})
    return longest
