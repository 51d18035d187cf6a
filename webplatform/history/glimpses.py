"""Who counts as a person in a session, and who was only glimpsed.

A letter, a logo or a shadow that a detector takes for a face is seen for a moment, or is seldom read surely. Such a
track stays in the data and counts in no total and no sentence.
"""

from __future__ import annotations

from typing import Any

from inference import EMOTIONS

# Own choice: a title card of a film stands for two to three seconds; somebody who is filmed stays longer.
MOST_SURE, LEAST_SURE = 10, 3  # readings with a verdict that are asked for; the fewest where a recording has few
SEEN_MS = 3000  # between a person's first and last reading
SURE_MS = 6000  # no more sure readings are asked for than this time has samples
DIGITS = 4


def sure_needed(*, frames: int, step_ms: int) -> int:
    """How many readings with a verdict make a person: 3 to 10, fewer where a recording is short or seldom sampled."""
    return max(LEAST_SURE, min(MOST_SURE, frames // 3, -(-SURE_MS // max(step_ms, 1))))


def seen_needed_ms(*, duration_ms: int) -> int:
    """Over which time a person is seen: 3 s, half of a recording that is shorter than 6 s."""
    return min(SEEN_MS, duration_ms // 2)


def is_glimpse(track: dict[str, Any], *, frames: int, step_ms: int, duration_ms: int) -> bool:
    """Whether a track is too short, or too seldom read surely, to count as a person.

    Args:
        track: with scored, not_sure, first_ms and last_ms, as a summary has it.
        frames: how many frames of the session were looked at.
        step_ms: how long one of them stands for.
        duration_ms: length of the session.
    """
    sure = track["scored"] - track["not_sure"]
    seen_ms = track["last_ms"] - track["first_ms"] + step_ms
    return sure < sure_needed(frames=frames, step_ms=step_ms) or seen_ms < seen_needed_ms(duration_ms=duration_ms)


def add_up(tracks: list[dict[str, Any]]) -> dict[str, Any]:
    """Counts, shares and means over tracks, each with the same as a summary has them."""
    scored = sum(track["scored"] for track in tracks)
    not_sure = sum(track["not_sure"] for track in tracks)
    unscored: dict[str, int] = {}
    for track in tracks:
        for reason, count in track["unscored"].items():
            unscored[reason] = unscored.get(reason, 0) + count
    return {
        "observations": sum(track["observations"] for track in tracks),
        "scored": scored,
        "not_sure": not_sure,
        "not_sure_share": round(not_sure / scored, DIGITS) if scored else None,
        "unscored": unscored,
        "mean": _average(tracks, "mean", scored),
        "share": _average(tracks, "share", scored),
    }


def dominant_of(totals: dict[str, Any]) -> str | None:
    """The expression that most readings show, by verdicts, then by score; None without verdicts."""
    share, mean = totals["share"], totals["mean"]
    best = max(map(str, EMOTIONS), key=lambda emotion: (share.get(emotion, 0), mean.get(emotion, 0)))
    return best if share.get(best) else None


def _average(tracks: list[dict[str, Any]], key: str, scored: int) -> dict[str, float]:
    if not scored:
        return {}
    sums = {str(e): sum(t[key].get(str(e), 0) * t["scored"] for t in tracks) for e in EMOTIONS}
    return {emotion: round(total / scored, DIGITS) for emotion, total in sums.items()}
