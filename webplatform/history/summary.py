"""What a session's readings add up to, computed in the database when the session closes and kept on its row.

A scored observation stands for one sampling step, so a share of scored time is a share of scored observations.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Avg, Count, Max, Min, Q

from inference import EMOTIONS, Reason
from webplatform.history.models import Observation, Session

UNSCORED_REASONS = [reason for reason in Reason if reason is not Reason.LOW_CONFIDENCE]
DIGITS = 4

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
    """The summary of a session that has its duration: totals over all faces, and the same for each track."""
    step_ms = _step_ms(session)
    tracks = _tracks(session)
    longest = _longest(session, step_ms)
    reported = [
        {
            "number": row["track__number"],
            "first_ms": row["first_ms"],
            "last_ms": row["last_ms"],
            **_totals([row]),
            "longest": longest.get(row["track_id"], []),
        }
        for row in tracks
    ]
    return {"step_ms": step_ms, **_totals(tracks), "dominant": _dominant(tracks), "tracks": reported}


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


def _totals(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Counts, shares and means over one or several tracks' rows."""
    scored = sum(row["scored"] for row in rows)
    not_sure = scored - sum(row["sure"] for row in rows)
    unscored = {reason: sum(row[f"as_{reason}"] for row in rows) for reason in UNSCORED_REASONS}
    return {
        "observations": sum(row["observations"] for row in rows),
        "scored": scored,
        "not_sure": not_sure,
        "not_sure_share": round(not_sure / scored, DIGITS) if scored else None,
        "unscored": {str(reason): count for reason, count in unscored.items() if count},
        "mean": {str(e): round(_mean(rows, e) / scored, DIGITS) for e in EMOTIONS} if scored else {},
        "share": {str(e): round(_verdicts(rows, e) / scored, DIGITS) for e in EMOTIONS} if scored else {},
    }


def _mean(rows: list[dict[str, Any]], emotion: str) -> float:
    return sum(row[f"mean_{emotion}"] * row["scored"] for row in rows if row["scored"])


def _verdicts(rows: list[dict[str, Any]], emotion: str) -> int:
    return sum(row[f"is_{emotion}"] for row in rows)


def _dominant(rows: list[dict[str, Any]]) -> str | None:
    """The expression that most readings of the session show, by verdicts, then by score; None without verdicts."""
    best = max(EMOTIONS, key=lambda emotion: (_verdicts(rows, emotion), _mean(rows, emotion)))
    return str(best) if _verdicts(rows, best) else None


def _longest(session: Session, step_ms: int) -> dict[int, list[dict[str, Any]]]:
    """For each track the longest unbroken stretch of every expression it showed, in order of time."""
    key = Session._meta.pk.get_db_prep_value(session.pk, connection)  # SQLite keeps UUIDs as text
    found: dict[int, list[dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(LONGEST_STRETCHES, {"session": key, "gap_ms": step_ms * 3 // 2})
        for track_id, emotion, start_ms, last_ms in cursor.fetchall():
            end_ms = min(last_ms + step_ms, max(session.duration_ms or 0, last_ms))
            found.setdefault(track_id, []).append({"emotion": emotion, "start_ms": start_ms, "end_ms": end_ms})
    return found
