"""The content of an export: its sessions, the chosen options, and the readings one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from django.db.models import Q

from inference import EMOTIONS, Box
from webplatform.exporting.options import Options
from webplatform.exporting.persons import Named, WhoIs, everybody_named, named_in
from webplatform.history.effective import excluded_of
from webplatform.history.models import Correction, Observation, Segment, Session
from webplatform.history.queries import observations_of

PAGE_ROWS = 2000


@dataclass(frozen=True, slots=True)
class Reading:
    """One face at one moment.

    Args:
        t_ms: ms from the session's start.
        face: the track's number.
        scores: seven, in the order of EMOTIONS; None where the face was not scored.
        dominant: what the model says, None where it is not sure or says nothing.
        reason: why there is no verdict.
        corrected: what somebody said that the face really showed.
        person: what people call whose face it is, or their key; empty for glimpses and dropped faces.
        is_excluded: whether the moment is left out of all figures.
        named: whose face it is, glimpses and dropped ones too; None where the session's summary knows of nobody.
    """

    t_ms: int
    face: int
    box: Box
    scores: tuple[float, ...] | None
    dominant: str | None
    reason: str | None
    corrected: str | None
    frame_width: int | None
    frame_height: int | None
    person: str = ""
    is_excluded: bool = False
    named: Named | None = None

    @property
    def shown(self) -> str | None:
        """The expression that counts: the corrected one, else the model's."""
        return self.corrected or self.dominant


@dataclass(frozen=True, slots=True)
class Content:
    """The sessions of one file and what was chosen for it.

    Args:
        note: called with the number of readings (or, for a video, ms) written since; it may raise to stop the writing.
    """

    sessions: tuple[Session, ...]
    options: Options
    note: Callable[[int], None] = field(default=lambda _n: None)

    def of_one(self, session: Session) -> Content:
        """The same for one of the sessions."""
        return replace(self, sessions=(session,))

    def readings(self, session: Session, *, people_only: bool = False) -> Iterator[Reading]:
        """The session's readings in order of time and face; of the people whose faces were chosen, where some were.

        Args:
            people_only: without glimpses and dropped faces, unless they were chosen.
        """
        faces, annotations = self.faces(session, people_only=people_only), _Annotations(session)
        keys = {named.key for named in self.people(session)} if people_only or self.options.faces else None
        for page in _pages(session, faces):
            self.note(len(page))
            for row in page:
                reading = _reading(row, annotations)
                if keys is None or (reading.named is not None and reading.named.key in keys):
                    yield reading

    def counted(self, session: Session) -> Iterator[Reading]:
        """The readings that count in figures: of people, without excluded stretches."""
        return (reading for reading in self.readings(session, people_only=True) if not reading.is_excluded)

    def people(self, session: Session) -> tuple[Named, ...]:
        """The people in the file: those with one of the chosen faces, or else all who count; by their first moment."""
        return named_in(session, faces=self.options.faces)

    def all_readings(self, session: Session) -> Iterator[Reading]:
        """Every reading of every face, whatever was chosen; nothing is noted."""
        annotations = _Annotations(session)
        for page in _pages(session, list(session.tracks.values_list("number", flat=True))):
            for row in page:
                yield _reading(row, annotations)

    def faces(self, session: Session, *, people_only: bool = True) -> list[int]:
        """The numbers of the faces that are meant, in order."""
        numbers = session.tracks.values_list("number", flat=True)
        if not people_only and not self.options.faces:
            return list(numbers)
        chosen = frozenset[int]().union(*(named.faces for named in self.people(session)))
        return [number for number in numbers if number in chosen]


def glimpses_of(session: Session) -> frozenset[int]:
    """The numbers of the faces that count as no person."""
    return frozenset(t["number"] for t in session.summary.get("tracks", []) if t.get("is_glimpse"))


def excluded_in(session: Session) -> list[tuple[int, int]]:
    """The times that somebody left out of all figures, from and to in ms."""
    segments = session.segments.filter(kind=Segment.Kind.EXCLUDED)
    return list(segments.order_by("from_ms").values_list("from_ms", "to_ms"))


def step_of(session: Session) -> int:
    """How long a reading stands for, ms."""
    return int(session.summary.get("step_ms", session.every_ms))


class _Annotations:
    """What people said of a session: what faces showed, whose they are, what is left out."""

    def __init__(self, session: Session) -> None:
        self._by_face: dict[int, list[Correction]] = {}
        for correction in session.corrections.select_related("track").order_by("-pk"):
            self._by_face.setdefault(correction.track.number, []).append(correction)
        self._who, self._excluded = WhoIs(everybody_named(session)), excluded_of(session)

    def shown(self, face: int, t_ms: int) -> str | None:
        """The newest correction of the moment."""
        corrections = self._by_face.get(face, ())
        return next(
            (correction.emotion for correction in corrections if correction.from_ms <= t_ms <= correction.to_ms), None
        )

    def whose(self, track_id: int, t_ms: int) -> Named | None:
        return self._who.at(track_id, t_ms)

    def excludes(self, t_ms: int) -> bool:
        return self._excluded.holds(t_ms)


def _pages(session: Session, faces: list[int]) -> Iterator[list[Observation]]:
    """Each page is a query of its own that starts behind the one before: no cursor stays open."""
    rows = observations_of(session)
    if len(faces) < session.tracks.count():
        rows = rows.filter(track__number__in=faces)
    page = list(rows[:PAGE_ROWS])
    while page:
        yield page
        last = page[-1]
        page = list(rows.filter(Q(t_ms__gt=last.t_ms) | Q(pk__gt=last.pk), t_ms__gte=last.t_ms)[:PAGE_ROWS])


def _reading(row: Observation, annotations: _Annotations) -> Reading:
    scores = None if row.angry is None else tuple(getattr(row, emotion) for emotion in EMOTIONS)
    box = Box(row.x, row.y, row.w, row.h)
    named = annotations.whose(row.track_id, row.t_ms)
    return Reading(
        t_ms=row.t_ms,
        face=row.number,
        box=box,
        scores=scores,
        dominant=row.dominant,
        reason=row.reason,
        corrected=annotations.shown(row.number, row.t_ms),
        frame_width=row.frame_width,
        frame_height=row.frame_height,
        person=named.person.name or named.key if named and named.person.counts else "",
        is_excluded=annotations.excludes(row.t_ms),
        named=named,
    )
