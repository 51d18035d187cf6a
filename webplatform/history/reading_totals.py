"""Totals of readings: how many, how certain, which expressions, how strong."""

from __future__ import annotations

from collections import Counter
from typing import Any

from webplatform.history.effective import NAMES, NOT_SURE, SURE, EffectiveReading
from webplatform.history.glimpses import DIGITS


class ReadingTotals:
    """What some readings add up to; a correction counts as a verdict, also where the model gave none."""

    __slots__ = ("corrected", "first_ms", "judged", "last_ms", "n", "not_sure", "scored", "shown", "sums", "unscored")

    def __init__(self) -> None:
        self.n = self.scored = self.judged = self.not_sure = self.corrected = 0
        self.first_ms: int | None = None
        self.last_ms: int | None = None
        self.unscored: Counter[str] = Counter()
        self.shown: Counter[str] = Counter()
        self.sums = dict.fromkeys(NAMES, 0.0)

    def add(self, reading: EffectiveReading) -> None:
        """Count one reading."""
        self.n += 1
        self.first_ms = reading.t_ms if self.first_ms is None else self.first_ms
        self.last_ms = reading.t_ms
        self.corrected += reading.corrected is not None
        self.judged += reading.scores is not None or reading.corrected is not None
        if reading.scores is None:
            self.unscored[reading.state] += 1
        else:
            self.scored += 1
            for name, score in reading.scores.items():
                self.sums[name] += score
        if reading.shown is not None:
            self.shown[reading.shown] += 1
        elif reading.state in (NOT_SURE, SURE):
            self.not_sure += 1

    def take_in(self, other: ReadingTotals) -> None:
        """Count what another one has counted, too."""
        for name in ("n", "scored", "judged", "not_sure", "corrected"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.unscored.update(other.unscored)
        self.shown.update(other.shown)
        for name, total in other.sums.items():
            self.sums[name] += total

    def result(self) -> dict[str, Any]:
        """Counts, shares of the readings with scores or a correction, and the model's mean scores."""
        means = {name: round(total / self.scored, DIGITS) for name, total in self.sums.items()} if self.scored else {}
        return {
            "observations": self.n,
            "scored": self.scored,
            "not_sure": self.not_sure,
            "not_sure_share": round(self.not_sure / self.judged, DIGITS) if self.judged else None,
            "unscored": dict(self.unscored),
            "corrected": self.corrected,
            "mean": means,
            "share": {name: round(self.shown[name] / self.judged, DIGITS) for name in NAMES} if self.judged else {},
        }
