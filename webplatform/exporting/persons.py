"""The people of a session as files name them: by what somebody called them, else their pseudonym, else a number."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from webplatform.history.effective import Whose
from webplatform.history.faces import Person, everybody_in
from webplatform.history.models import Session
from webplatform.studies.models import Participant


@dataclass(frozen=True, slots=True)
class Named:
    """One person of a session and what a file calls them; no two of a session are called alike."""

    person: Person
    title: str

    @property
    def key(self) -> str:
        return self.person.key

    @property
    def faces(self) -> frozenset[int]:
        """The numbers of the tracks that they are made of, or parts of them."""
        return frozenset(piece.number for piece in self.person.tracks)


def named_in(session: Session, *, faces: Collection[int] = ()) -> tuple[Named, ...]:
    """The people whom a file is about, by their first moment.

    Args:
        faces: numbers of faces; people with one of them, also glimpses and dropped ones. None: all who count.
    """
    chosen = set(faces)
    persons = [named for named in everybody_named(session) if not chosen or named.faces & chosen]
    return tuple(named for named in persons if chosen or named.person.counts)


def everybody_named(session: Session) -> tuple[Named, ...]:
    """Everybody, glimpses and dropped ones too, by their first moment."""
    everybody = everybody_in(session)
    ids = {person.participant_id for person in everybody if person.participant_id}
    pseudonyms = dict(Participant.objects.filter(pk__in=ids).values_list("pk", "pseudonym")) if ids else {}
    taken_titles: set[str] = set()
    return tuple(Named(person, _free(_title(person, pseudonyms), taken_titles)) for person in everybody)


class WhoIs:
    """Whose face a track is at a moment."""

    def __init__(self, people: Collection[Named]) -> None:
        self._named = {named.key: named for named in people}
        self._whose = Whose(named.person for named in people)

    def at(self, track_id: int, t_ms: int) -> Named | None:
        """The person; None where nobody of them is meant."""
        return self._named.get(self._whose.at(track_id, t_ms) or "")


def _title(person: Person, pseudonyms: dict[object, str]) -> str:
    number = person.key.replace("@", " · ")
    return person.name or pseudonyms.get(person.participant_id, "") or _("Face %(n)s") % {"n": number}


def _free(title: str, taken_titles: set[str]) -> str:
    """The title, with a number behind it where somebody before has it already."""
    number, free = 1, title
    while free in taken_titles:
        number += 1
        free = f"{title} ({number})"
    taken_titles.add(free)
    return free
