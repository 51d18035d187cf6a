"""Whose readings count in a session: the participant's own person, and what of their readings stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from inference import EMOTIONS
from webplatform.history import faces
from webplatform.history.effective import effective_readings
from webplatform.history.models import Segment, Session
from webplatform.results.bins import Moment
from webplatform.results.models import SessionCurve

How = SessionCurve.Person
NAMES = tuple(str(emotion) for emotion in EMOTIONS)


@dataclass(frozen=True, slots=True)
class OwnReadings:
    """What counts of a session.

    Attributes:
        how: how the person was found.
        people: persons in the session.
        moments: their readings, in order of time; read from the database as they are asked for.
        excluded: stretches that are in no figure, from and to in ms, in order; none overlaps another.
        baseline: the marked neutral stretches, from and to in ms.
    """

    how: str
    people: int
    moments: Iterator[Moment]
    excluded: list[list[int]]
    baseline: list[list[int]]


def own_readings(session: Session) -> OwnReadings:
    """The readings of the face that is the participant's, else of the only one, else of the one seen longest.

    Corrections hold, and excluded stretches are left out: both as `history.effective` tells.
    """
    people = faces.people_of(session)
    person, is_guess = faces.own_person(session, people)
    people_count = sum(one.counts for one in people)
    moments = iter(()) if person is None else _moments(session, person)
    return OwnReadings(_how_chosen(session, person, is_guess), people_count, moments, *_stretches(session))


def _moments(session: Session, person: faces.Person) -> Iterator[Moment]:
    for reading in effective_readings(session, people=[person]):
        if reading.scores is None:
            yield Moment(reading.t_ms, None, None)
        else:
            scores = tuple(reading.scores[name] for name in NAMES)
            yield Moment(reading.t_ms, scores, reading.shown, reading.corrected is not None)


def _how_chosen(session: Session, person: faces.Person | None, is_guess: bool) -> str:
    if person is None:
        return How.NONE
    if is_guess:
        return How.LONGEST
    is_theirs = session.participant_id is not None and person.participant_id == session.participant_id
    return How.ASSIGNED if is_theirs else How.ONLY


def _stretches(session: Session) -> tuple[list[list[int]], list[list[int]]]:
    """The excluded stretches, joined where they touch, and the baselines."""
    excluded: list[list[int]] = []
    baseline: list[list[int]] = []
    for segment in session.segments.order_by("from_ms", "pk"):
        if segment.kind == Segment.Kind.BASELINE:
            baseline.append([segment.from_ms, segment.to_ms])
        elif segment.kind == Segment.Kind.EXCLUDED and excluded and segment.from_ms <= excluded[-1][1]:
            excluded[-1][1] = max(excluded[-1][1], segment.to_ms)
        elif segment.kind == Segment.Kind.EXCLUDED:
            excluded.append([segment.from_ms, segment.to_ms])
    return excluded, baseline
