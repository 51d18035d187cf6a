"""Statistics of a live session: counts, and times in a histogram of fixed size."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

GROWTH = 1.05  # each bin of the histogram is wider than the one before by this: a percentile is right to 5 %
LONGEST_MS = 600_000.0


@dataclass(slots=True)
class Times:
    """Durations in bins whose bounds grow by 5 %."""

    bins: Counter[int] = field(default_factory=Counter)

    def add(self, ms: float) -> None:
        self.bins[round(math.log(min(max(ms, 0.1), LONGEST_MS), GROWTH))] += 1

    def percentile(self, share: float) -> float | None:
        """The duration, ms, that this share of all lies at or under; None where there is none."""
        threshold = share * sum(self.bins.values())
        count = 0
        for bin_number in sorted(self.bins):
            count += self.bins[bin_number]
            if count >= threshold:
                return round(GROWTH**bin_number, 1)
        return None

    def summary(self) -> dict[str, float | int | None]:
        """n and p50, p95, p99 in ms."""
        shares = {f"p{share}": self.percentile(share / 100) for share in (50, 95, 99)}
        return {"n": sum(self.bins.values()), **shares}


@dataclass(slots=True)
class LiveStatistics:
    """Counts of one session over all its sockets.

    Args:
        received: frames that reached the server.
        answered: frames that were read.
        dropped: frames that were not, by the reason.
        sent: frames that the client says it sent.
        server: from a frame's arrival to its answer.
        round_trip: from a frame's capture to its answer, as the client saw it.
        resumed: how often a lost connection was taken up again.
        last_ms: when the newest frame that was read was taken, ms from the start of the session.
    """

    received: int = 0
    answered: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    server: Times = field(default_factory=Times)
    round_trip: Times = field(default_factory=Times)
    resumed: int = 0
    last_ms: int = 0

    def data(self) -> dict[str, Any]:
        """What is shown and stored; the bins are kept so that a resumed session goes on counting."""
        return {
            "sent": max(self.sent, self.received),
            "received": self.received,
            "answered": self.answered,
            "dropped": dict(self.dropped),
            "server_ms": self.server.summary(),
            "round_trip_ms": self.round_trip.summary(),
            "resumed": self.resumed,
            "last_ms": self.last_ms,
            "bins": {name: dict(getattr(self, name).bins) for name in ("server", "round_trip")},
        }

    @classmethod
    def of(cls, data: dict[str, Any]) -> LiveStatistics:
        """The counts that `data` wrote; fresh ones for an empty dict."""
        bins = data.get("bins", {})
        times = {
            name: Times(Counter({int(bin_number): n for bin_number, n in bins.get(name, {}).items()}))
            for name in ("server", "round_trip")
        }
        counts = {name: data.get(name, 0) for name in ("received", "answered", "sent", "resumed", "last_ms")}
        return cls(dropped=Counter(data.get("dropped", {})), **counts, **times)
