"""The people of a session: tracks joined, strangers left out, each with a name.

A person starts as one track. `FaceEdit` rows change that, played back oldest first, so the newest can be taken back.
A recording of one person needs no edit: see `_join_fragments`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from webplatform.history.models import FaceEdit, Session

# Distinct for people who do not tell red from green, on light and on dark. Source: Okabe & Ito 2008, Color Universal
# Design, without yellow and black.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a63d2", "#7f7f7f")


@dataclass(frozen=True, slots=True)
class Piece:
    """A track, or a part of one.

    Args:
        track_id: primary key of the track.
        number: its number in the session.
        from_ms: its first moment; None: from the track's start.
        to_ms: its end, which is not part of it; None: to the track's end.
        first_ms: when the piece's track was first seen.
        last_ms: and last.
        scored: how many readings with scores the whole track has.
    """

    track_id: int
    number: int
    from_ms: int | None
    to_ms: int | None
    first_ms: int
    last_ms: int
    scored: int

    @property
    def starts_ms(self) -> int:
        return max(self.first_ms, self.from_ms or 0)

    @property
    def ends_ms(self) -> int:
        return self.last_ms if self.to_ms is None else min(self.last_ms, self.to_ms)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the picture.

    Args:
        key: stable as long as the session: the track's number ("3"), or with the moment of a split ("3@12000").
        name: what people call them; "" where nobody said.
        colour: "#rrggbb".
        tracks: what they are made of, in order of time.
        participant_id: the participant whom they are; None where nobody said.
        dropped: they count in no figure.
        is_glimpse: nothing but glimpses, and nobody named them: no person in any count.
    """

    key: str
    name: str
    colour: str
    tracks: tuple[Piece, ...]
    participant_id: object | None
    dropped: bool
    is_glimpse: bool = False

    @property
    def seen_ms(self) -> int:
        """How long their pieces last together, ms."""
        return sum(max(0, piece.ends_ms - piece.starts_ms) for piece in self.tracks)

    @property
    def counts(self) -> bool:
        """Whether they are one of the session's people."""
        return not self.dropped and not self.is_glimpse


def people_of(session: Session) -> tuple[Person, ...]:
    """Everybody in a closed session, by their first moment: dropped ones too, glimpses not."""
    return tuple(person for person in everybody_in(session) if not person.is_glimpse)


def everybody_in(session: Session) -> tuple[Person, ...]:
    """People, dropped ones and glimpses, by their first moment."""
    people = _join_fragments(session, _as_tracked(session))
    for edit in session.face_edits.all():
        people = played(people, edit)
    settled = {key: _settled(person) for key, person in people.items()}
    ordered = sorted(settled.values(), key=lambda p: (min(x.starts_ms for x in p.tracks), p.key))
    return tuple(_coloured(ordered))


def own_person(session: Session, people: Iterable[Person]) -> tuple[Person | None, bool]:
    """The participant's own face: the assigned one, else the only one, else the one seen longest.

    Returns:
        The person, None where nobody counts; and whether it is a guess (the one seen longest of several).
    """
    counted = [person for person in people if person.counts]
    theirs = [p for p in counted if session.participant_id and p.participant_id == session.participant_id]
    candidates = theirs or [p for p in counted if p.participant_id is None]
    if not candidates:
        return None, False
    longest = max(candidates, key=lambda person: person.seen_ms)
    return longest, not theirs and len(counted) > 1


def played(people: dict[str, Person], edit: FaceEdit) -> dict[str, Person]:
    """The people after one change; a change whose face is not there (any more) changes nothing."""
    person = people.get(edit.face)
    if person is None:
        return people
    kinds = FaceEdit.Kind
    if edit.kind == kinds.MERGE:
        return _merged(people, person, people.get(edit.into))
    if edit.kind == kinds.SPLIT:
        return _split(people, person, edit.at_ms or 0)
    changes: dict[str, dict[str, object]] = {
        kinds.NAME: {"name": edit.text},
        kinds.COLOUR: {"colour": edit.text},
        kinds.DROP: {"dropped": True},
        kinds.RESTORE: {"dropped": False, "is_glimpse": False},
        kinds.ASSIGN: {"participant_id": edit.participant_id},
    }
    return {**people, person.key: replace(person, **changes[edit.kind])}


def _as_tracked(session: Session) -> dict[str, Person]:
    ids = dict(session.tracks.values_list("number", "pk"))
    people = {}
    for track in session.summary.get("tracks", []):
        number = track["number"]
        if number not in ids:
            continue
        piece = Piece(ids[number], number, None, None, track["first_ms"], track["last_ms"], track["scored"])
        people[str(number)] = Person(str(number), "", "", (piece,), None, False, track["is_glimpse"])
    return people


def _join_fragments(session: Session, people: dict[str, Person]) -> dict[str, Person]:
    """One person who turned away and came back is one person, where the recording is of one participant or a webcam.

    Only where no two of the faces are ever seen at the same time; a film of many people is never touched.
    """
    if not session.participant_id and session.source != Session.Source.WEBCAM:
        return people
    counted = sorted(
        (person for person in people.values() if not person.is_glimpse), key=lambda person: person.tracks[0].first_ms
    )
    pieces = [person.tracks[0] for person in counted]
    if any(later.first_ms <= earlier.last_ms for earlier, later in pairwise(pieces)):
        return people
    for person in counted[1:]:
        people = _merged(people, person, people[counted[0].key])
    return people


def _merged(people: dict[str, Person], person: Person, into: Person | None) -> dict[str, Person]:
    if into is None or into.key == person.key:
        return people
    joined = replace(
        into,
        tracks=tuple(sorted((*into.tracks, *person.tracks), key=lambda piece: (piece.starts_ms, piece.number))),
        name=into.name or person.name,
        participant_id=into.participant_id or person.participant_id,
        is_glimpse=into.is_glimpse and person.is_glimpse,
    )
    return {**{key: one for key, one in people.items() if key != person.key}, into.key: joined}


def _split(people: dict[str, Person], person: Person, at_ms: int) -> dict[str, Person]:
    before = tuple(_cut(person.tracks, end_ms=at_ms))
    after = tuple(_cut(person.tracks, start_ms=at_ms))
    key = f"{person.key.split('@')[0]}@{at_ms}"
    if not before or not after or key in people:
        return people
    new = Person(key, "", "", after, None, person.dropped, person.is_glimpse)
    return {**people, person.key: replace(person, tracks=before), key: new}


def _cut(pieces: Iterable[Piece], *, start_ms: int | None = None, end_ms: int | None = None) -> Iterator[Piece]:
    """The parts of the pieces from `start_ms` on, or those before `end_ms`."""
    for piece in pieces:
        if start_ms is not None and piece.ends_ms >= start_ms:
            yield piece if piece.starts_ms >= start_ms else replace(piece, from_ms=start_ms)
        if end_ms is not None and piece.starts_ms < end_ms:
            yield piece if piece.ends_ms < end_ms else replace(piece, to_ms=end_ms)


def _settled(person: Person) -> Person:
    """A face that was named or assigned is a person, however briefly it was seen."""
    is_identified = bool(person.name) or person.participant_id is not None
    return replace(person, is_glimpse=person.is_glimpse and not is_identified)


def _coloured(people: list[Person]) -> Iterator[Person]:
    """Each with a colour of their own; those whom nobody gave one get the next free one."""
    taken = {person.colour for person in people if person.colour}
    free = [colour for colour in COLOURS if colour not in taken] or list(COLOURS)
    plain = 0
    for person in people:
        if person.colour or person.is_glimpse:
            yield person if person.colour else replace(person, colour=COLOURS[-1])
            continue
        yield replace(person, colour=free[plain % len(free)])
        plain += 1
