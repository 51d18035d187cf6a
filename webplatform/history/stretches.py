"""Figures within stretches of a session: of each segment, and of each time between two markers."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from webplatform.history.effective import effective_readings
from webplatform.history.faces import people_of
from webplatform.history.models import Segment, Session
from webplatform.history.reading_totals import ReadingTotals

BETWEEN = "between"
KINDS = [(kind, kind) for kind in (Segment.Kind.SEGMENT.value, Segment.Kind.BASELINE.value, BETWEEN)]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the session's time that figures are asked of.

    Args:
        kind: of a segment ("segment", "baseline"), or "between": from one marker to the next.
        label: the segment's name, or the text of the marker that it starts at; "" before the first one.
        from_ms: its first moment.
        to_ms: its end, which is not part of it.
    """

    kind: str
    label: str
    from_ms: int
    to_ms: int


def stretches_of(session: Session) -> list[Stretch]:
    """Segments and the baseline, then the times between markers; excluded stretches have no figures."""
    kinds = (Segment.Kind.SEGMENT, Segment.Kind.BASELINE)
    segments = [one for one in session.segments.all() if one.kind in kinds]
    labelled = [Stretch(one.kind, one.label, one.from_ms, one.to_ms) for one in segments]
    return labelled + _between_markers(session)


def figures_of(session: Session) -> list[dict[str, Any]]:
    """One row for each stretch and person who has a reading in it: counts, shares, means, as `Tally` tells them."""
    stretches = stretches_of(session)
    people = [person for person in people_of(session) if person.counts]
    if not stretches or not people:
        return []
    tallies: dict[tuple[int, str], ReadingTotals] = defaultdict(ReadingTotals)
    places = _Places(stretches)
    for reading in effective_readings(session, people=people):
        for number in places.at(reading.t_ms):
            tallies[number, reading.person].add(reading)
    rows = []
    for number, stretch in enumerate(stretches):
        tallied = [(person, tallies[number, person.key]) for person in people if (number, person.key) in tallies]
        rows += [_row(stretch, person.key, person.name, tally) for person, tally in tallied]
        if not tallied:
            rows.append(_row(stretch, "", "", ReadingTotals()))
    return rows


class _Places:
    """Which stretches hold a moment; asked once for each reading, so the answer is made before."""

    def __init__(self, stretches: list[Stretch]) -> None:
        self._edges = sorted({edge for one in stretches for edge in (one.from_ms, one.to_ms)})
        self._held = [
            tuple(n for n, one in enumerate(stretches) if one.from_ms <= edge < one.to_ms) for edge in self._edges
        ]

    def at(self, t_ms: int) -> tuple[int, ...]:
        index = bisect_right(self._edges, t_ms) - 1
        return self._held[index] if index >= 0 else ()


def _between_markers(session: Session) -> list[Stretch]:
    """From the start to the first marker, from each one to the next, and from the last one to the end."""
    texts: dict[int, list[str]] = defaultdict(list)
    for marker in session.markers.all():
        texts[marker.t_ms].append(marker.text)
    if not texts:
        return []
    last_ms = max((track["last_ms"] for track in session.summary.get("tracks", [])), default=0)
    edges = sorted({0, *texts, max(session.duration_ms or 0, last_ms + 1)})
    return [Stretch(BETWEEN, " · ".join(texts.get(start, [])), start, end) for start, end in pairwise(edges)]


def _row(stretch: Stretch, key: str, name: str, totals: ReadingTotals) -> dict[str, Any]:
    return {
        "kind": stretch.kind,
        "label": stretch.label,
        "from_ms": stretch.from_ms,
        "to_ms": stretch.to_ms,
        "person": key,
        "name": name,
        **totals.result(),
    }
