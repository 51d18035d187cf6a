"""Whose readings count in a session: the participant's own person, and what of their readings stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from inference import EMOTIONS
from webplatform.history.models import Correction, Observation, Session
from webplatform.results.bins import Moment
from webplatform.results.models import SessionCurve

ROWS = 5000
Person = SessionCurve.Person


@dataclass(frozen=True, slots=True)
class OwnPerson:
    """The person whose readings count.

    Attributes:
        how: how it was found.
        people: persons in the session.
        moments: their readings, in order of time; read from the database as they are asked for.
    """

    how: str
    people: int
    moments: Iterator[Moment]


def own_person(session: Session) -> OwnPerson:
    """The only person of a session, else the one that was seen longest; nobody where nobody counts as a person."""
    tracks = [track for track in session.summary.get("tracks", []) if not track["is_glimpse"]]
    if not tracks:
        return OwnPerson(Person.NONE, 0, iter(()))
    number = max(tracks, key=lambda track: track["observations"])["number"]
    how = Person.ONLY if len(tracks) == 1 else Person.LONGEST
    return OwnPerson(how, len(tracks), _moments(session, number))


def _moments(session: Session, number: int) -> Iterator[Moment]:
    rows = Observation.objects.filter(session=session, track__number=number).order_by("t_ms")
    said = Correction.objects.filter(session=session, track__number=number).order_by("created_at", "pk")
    corrections = list(said.values_list("from_ms", "to_ms", "emotion"))
    for t_ms, verdict, *scores in rows.values_list("t_ms", "dominant", *EMOTIONS).iterator(ROWS):
        if scores[0] is None:
            yield Moment(t_ms, None, None)
        else:
            word = _word_on(corrections, t_ms)
            yield Moment(t_ms, tuple(scores), word or verdict, word is not None)


def _word_on(corrections: list[tuple[int, int, str]], t_ms: int) -> str | None:
    """What somebody said last that the face showed at this moment."""
    return next((emotion for from_ms, to_ms, emotion in reversed(corrections) if from_ms <= t_ms <= to_ms), None)
