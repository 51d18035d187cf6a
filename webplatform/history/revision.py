"""The summary of a session after corrections and exclusions, stored beside the model's own summary."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from webplatform.history.effective import effective_readings
from webplatform.history.events import session_revised
from webplatform.history.faces import Person, Piece, everybody_in
from webplatform.history.glimpses import dominant_of
from webplatform.history.models import Segment, Session
from webplatform.history.reading_totals import ReadingTotals


def revise(session: Session) -> None:
    """Recompute the session's figures and number of people, and signal it to apps that store figures of it."""
    if session.state != Session.State.CLOSED or session.readings_removed_at is not None:
        return
    everybody = everybody_in(session)
    people = [person for person in everybody if person.counts]
    session.people = len(people)
    session.revised = _revised(session, people) if _is_changed(session, everybody) else {}
    session.save(update_fields=["people", "revised"])
    session_revised.send(sender=Session, session_id=session.pk)


def revise_people(session: Session, before: tuple[Person, ...]) -> None:
    """The same after a change of faces: readings are added up anew only where others count, or count as others.

    Args:
        before: everybody in the session as they were before the change.
    """
    if _counted_tracks(before) != _counted_tracks(everybody_in(session)):
        revise(session)
    else:  # a name, a colour, whose participant it is: that is no figure of the session
        session_revised.send(sender=Session, session_id=session.pk)


def _counted_tracks(people: tuple[Person, ...]) -> dict[str, tuple[Piece, ...]]:
    return {person.key: person.tracks for person in people if person.counts}


def _is_changed(session: Session, everybody: tuple[Person, ...]) -> bool:
    """Whether anything counts differently from what the model's summary says."""
    summarized = sum(not track["is_glimpse"] for track in session.summary.get("tracks", []))
    return (
        session.segments.filter(kind=Segment.Kind.EXCLUDED).exists()
        or session.corrections.exists()
        or session.face_edits.exists()
        or sum(person.counts for person in everybody) != summarized
    )


def _revised(session: Session, people: list[Person]) -> dict[str, Any]:
    totals, by_person = ReadingTotals(), defaultdict(ReadingTotals)
    for reading in effective_readings(session, people=people):
        by_person[reading.person].add(reading)
    for tally in by_person.values():
        totals.take_in(tally)
    total = totals.result()
    return {
        "step_ms": session.summary.get("step_ms", session.every_ms),
        **total,
        "dominant": dominant_of(total),
        "people": [_person(person, by_person[person.key]) for person in people],
    }


def _person(person: Person, totals: ReadingTotals) -> dict[str, Any]:
    return {"key": person.key, "first_ms": totals.first_ms, "last_ms": totals.last_ms, **totals.result()}
