"""What the session's page tells of marks, people and what counts after all that was said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from inference import EMOTIONS
from webplatform.history.emotion_shares import EmotionShare, shares_of
from webplatform.history.faces import Person, everybody_in
from webplatform.history.models import Segment, Session
from webplatform.history.stretches import figures_of
from webplatform.history.words import EMOTION_NAMES
from webplatform.studies.models import Participant


@dataclass(frozen=True, slots=True)
class Noted:
    """A marker or a stretch in the list beside the player."""

    pk: int
    kind: str
    from_ms: int
    to_ms: int | None
    text: str
    reason: str
    word: str


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person as the page tells them: what they are called, and what they showed."""

    person: Person
    title: str
    participant: str
    shares: list[EmotionShare]
    n: int

    @property
    def mostly(self) -> EmotionShare | None:
        return max(self.shares, key=lambda share: share.percent, default=None)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """What one person showed within one stretch, in percent."""

    word: str
    label: str
    from_ms: int
    to_ms: int
    who: str
    n: int
    cells: list[tuple[float, float] | None]


def noted_in(session: Session) -> list[Noted]:
    """Markers and segments, by time."""
    words = dict(Segment.Kind.choices)
    markers = [Noted(one.pk, "marker", one.t_ms, None, one.text, "", _("marker")) for one in session.markers.all()]
    segments = [
        Noted(one.pk, one.kind, one.from_ms, one.to_ms, one.label, one.reason, str(words[one.kind]))
        for one in session.segments.all()
    ]
    return sorted([*markers, *segments], key=lambda mark: (mark.from_ms, mark.to_ms or 0))


def people_in(session: Session, participants: Iterable[Participant]) -> list[Somebody]:
    """Everybody but glimpses, with what counts of them; `participants` are the study's."""
    totals = {row["key"]: row for row in session.revised.get("people", [])}
    by_number = {str(track["number"]): track for track in session.summary.get("tracks", [])}
    names = {one.pk: one.pseudonym for one in participants}
    people = []
    for person in everybody_in(session):
        if person.is_glimpse:
            continue
        figures = totals.get(person.key) or (by_number.get(person.key, {}) if not session.revised else {})
        pseudonym = names.get(person.participant_id, "")
        title = person.name or pseudonym or _("Face %(n)s") % {"n": person.key.replace("@", " · ")}
        people.append(Somebody(person, title, pseudonym, shares_of(figures), figures.get("observations", 0)))
    return people


def revised_lines(session: Session) -> list[dict[str, Any]]:
    """Of each expression: the share of time that counts now, and what the model said; empty where nothing changed."""
    if not session.revised:
        return []
    now, before = session.revised.get("share", {}), session.summary.get("share", {})
    return [
        {"key": str(e), "name": EMOTION_NAMES[e], "now": 100 * now.get(e, 0), "before": 100 * before.get(e, 0)}
        for e in EMOTIONS
    ]


def figure_rows(session: Session) -> list[FigureRow]:
    """The table of figures within stretches."""
    words = {**dict(Segment.Kind.choices), "between": _("from marker to marker")}
    titles = {one.person.key: one.title for one in people_in(session, session.study.participants.all())}
    return [
        FigureRow(
            word=str(words[row["kind"]]),
            label=row["label"] or (_("before the first marker") if row["kind"] == "between" else ""),
            from_ms=row["from_ms"],
            to_ms=row["to_ms"],
            who=titles.get(row["person"], ""),
            n=row["observations"],
            cells=[_cell(row, str(e)) for e in EMOTIONS],
        )
        for row in figures_of(session)
    ]


def chart_marks(session: Session) -> dict[str, Any]:
    """What the charts draw beside the readings: stretches, and corrections by track."""
    segments = [
        {"fromMs": one.from_ms, "toMs": one.to_ms, "kind": one.kind, "text": one.label or one.reason}
        for one in session.segments.all()
    ]
    corrections = [
        {"fromMs": one.from_ms, "toMs": one.to_ms, "track": one.track.number, "emotion": one.emotion}
        for one in session.corrections.all()
    ]
    return {"segments": segments, "corrections": corrections}


def _cell(row: dict[str, Any], key: str) -> tuple[float, float] | None:
    if not row["share"]:
        return None
    return 100 * row["share"].get(key, 0), 100 * row["mean"].get(key, 0)
