"""A session's readings as figures use them: corrected, without dropped faces, glimpses and excluded stretches.

`effective_readings(session)` yields `EffectiveReading` named tuples in order of (t_ms, track), one per face and
sampled frame. It can be taken apart as a tuple of five:

    t_ms        int, ms from the session's start (the player's clock)
    person      str, the key of `faces.people_of` (merged tracks share a key; a split track has two)
    scores      dict {expression name: float} with all seven expressions, or None where the face was not scored
    state       "sure": the model gave a verdict; "not_sure": scored, no verdict; otherwise the reason without scores
                ("too_small", "blurred", ...: the values of `inference.Reason`)
    corrected   the expression that somebody said the face showed, or None; of several that cover a moment the newest

The scores stay the model's. `reading.verdict` is the model's verdict (None where not sure or not scored),
`reading.shown` what counts in figures: the correction where there is one, else the verdict. A baseline or a plain
segment changes nothing here. An excluded stretch holds its first moment and not its end. Nothing is kept in memory:
rows stream.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from inference import EMOTIONS, Reason
from webplatform.history.faces import Person, everybody_in, people_of
from webplatform.history.models import Observation, Segment, Session

SURE, NOT_SURE = "sure", Reason.LOW_CONFIDENCE.value
NAMES = tuple(str(emotion) for emotion in EMOTIONS)
ROWS = 2000


class EffectiveReading(NamedTuple):
    """One face at one moment, as the module's docstring tells."""

    t_ms: int
    person: str
    scores: dict[str, float] | None
    state: str
    corrected: str | None

    @property
    def verdict(self) -> str | None:
        """The model's verdict."""
        if self.state != SURE or self.scores is None:
            return None
        return max(self.scores, key=self.scores.__getitem__)

    @property
    def shown(self) -> str | None:
        """The expression that counts: the correction, else the verdict."""
        return self.corrected or self.verdict


class Excluded:
    """The stretches that are left out, joined, so that one look tells whether a moment lies in one."""

    def __init__(self, stretches: Iterable[tuple[int, int]]) -> None:
        joined: list[list[int]] = []
        for from_ms, to_ms in sorted(stretches):
            if joined and from_ms <= joined[-1][1]:
                joined[-1][1] = max(joined[-1][1], to_ms)
            else:
                joined.append([from_ms, to_ms])
        self._starts = [start for start, _ in joined]
        self._ends = [end for _, end in joined]

    def holds(self, t_ms: int) -> bool:
        """Whether this moment is left out."""
        index = bisect_right(self._starts, t_ms) - 1
        return index >= 0 and t_ms < self._ends[index]


class Whose:
    """Whose face a track is at a moment."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._pieces: dict[int, list[tuple[int, float, str]]] = defaultdict(list)
        for person in people:
            for piece in person.tracks:
                end = float("inf") if piece.to_ms is None else piece.to_ms
                self._pieces[piece.track_id].append((piece.from_ms or 0, end, person.key))

    def at(self, track_id: int, t_ms: int) -> str | None:
        """The person's key; None where nobody of them is meant."""
        pieces = self._pieces.get(track_id, ())
        return next((key for start, end, key in pieces if start <= t_ms < end), None)


def excluded_of(session: Session) -> Excluded:
    """What is left out of the session's figures."""
    return Excluded((one.from_ms, one.to_ms) for one in _of_kinds(session, Segment.Kind.EXCLUDED))


def _of_kinds(session: Session, *kinds: str) -> list[Segment]:
    return [one for one in session.segments.all() if one.kind in kinds]


class Annotations:
    """What people noted of a session, looked up reading by reading; for those who show every reading."""

    def __init__(self, session: Session) -> None:
        everybody = everybody_in(session)
        self._people = {person.key: person for person in everybody}
        self._whose = Whose(everybody)
        self._excluded = excluded_of(session)
        self._corrections = _corrections_of(session)
        kinds = (Segment.Kind.SEGMENT, Segment.Kind.BASELINE)
        self._segments = [(one.from_ms, one.to_ms, one.label or one.kind) for one in _of_kinds(session, *kinds)]

    @property
    def people(self) -> tuple[Person, ...]:
        """Those who count, by their first moment."""
        return tuple(person for person in self._people.values() if person.counts)

    def whose(self, track_id: int, t_ms: int) -> Person | None:
        """Whose face it is; dropped ones and glimpses are somebody, too."""
        return self._people.get(self._whose.at(track_id, t_ms) or "")

    def correction(self, track_id: int, t_ms: int) -> str | None:
        """The expression that somebody said the face showed."""
        return _corrected(self._corrections.get(track_id, ()), t_ms)

    def is_excluded(self, t_ms: int) -> bool:
        """Whether the moment is left out of every figure."""
        return self._excluded.holds(t_ms)

    def segments_at(self, t_ms: int) -> list[str]:
        """The names of the segments that hold the moment."""
        return [name for start, end, name in self._segments if start <= t_ms < end]


def effective_readings(
    session: Session, *, people: Iterable[Person] | None = None, is_sparing: bool = True
) -> Iterator[EffectiveReading]:
    """The readings that count, in order of time.

    Args:
        session: a closed one.
        people: whose readings; everybody who counts where none are given.
        is_sparing: False: excluded stretches are read, too.
    """
    chosen = [person for person in people_of(session) if person.counts] if people is None else people
    whose, excluded = Whose(chosen), excluded_of(session) if is_sparing else Excluded(())
    corrections = _corrections_of(session)
    for t_ms, track_id, dominant, reason, *scores in _rows(session):
        key = whose.at(track_id, t_ms)
        if key is None or excluded.holds(t_ms):
            continue
        state = SURE if dominant else reason or NOT_SURE
        by_emotion = None if scores[0] is None else dict(zip(NAMES, scores, strict=True))
        yield EffectiveReading(t_ms, key, by_emotion, state, _corrected(corrections.get(track_id, ()), t_ms))


def _rows(session: Session) -> Iterator[tuple]:
    rows = Observation.objects.filter(session=session).order_by("t_ms", "id")
    return rows.values_list("t_ms", "track_id", "dominant", "reason", *NAMES).iterator(chunk_size=ROWS)


def _corrections_of(session: Session) -> dict[int, list[tuple[int, int, str]]]:
    """By track, the newest first."""
    corrections: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for row in session.corrections.order_by("-id").values_list("track_id", "from_ms", "to_ms", "emotion"):
        corrections[row[0]].append(row[1:])
    return corrections


def _corrected(corrections: Iterable[tuple[int, int, str]], t_ms: int) -> str | None:
    return next((emotion for start, end, emotion in corrections if start <= t_ms <= end), None)
