"""How scored time is shared among the expressions, as pages draw it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from inference import EMOTIONS
from webplatform.history.words import EMOTION_NAMES


@dataclass(frozen=True, slots=True)
class EmotionShare:
    """One expression's part of the scored time, and where its piece of a bar of 100 lies."""

    emotion: str
    name: str
    percent: float
    start: float


def shares_of(summary: dict[str, Any]) -> list[EmotionShare]:
    """How the scored time is shared among the expressions, as pieces of a bar; empty without scores."""
    share, pieces, start = summary.get("share") or {}, [], 0.0
    for emotion in EMOTIONS:
        percent = 100 * share.get(emotion, 0)
        if percent:
            pieces.append(EmotionShare(str(emotion), str(EMOTION_NAMES[emotion]), round(percent, 1), round(start, 2)))
            start += percent
    return pieces
