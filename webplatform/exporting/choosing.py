"""What the export pages show: which sessions are meant, their faces, and the jobs with what they hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from webplatform.accounts.models import User
from webplatform.common.database.rows import require_row
from webplatform.common.errors import AppError, NotFound
from webplatform.exporting import words
from webplatform.exporting.models import ExportJob
from webplatform.exporting.options import Blur
from webplatform.exporting.persons import everybody_named
from webplatform.exporting.queries import exportable, has_video
from webplatform.exporting.services import MOST_SESSIONS
from webplatform.history.models import Session
from webplatform.studies.models import Study

MOST_FACES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class ExportSelection:
    """What an export shall hold.

    Args:
        sessions: those of the chosen sessions that can be exported.
        left_out: how many cannot: not done, failed, or without their readings.
        study: where a whole study is chosen.
    """

    sessions: tuple[Session, ...]
    left_out: int
    study: Study | None = None


@dataclass(frozen=True, slots=True)
class FaceChoice:
    """Somebody who can be chosen; `number` is of one of their faces, and means all of them."""

    number: int
    title: str
    is_glimpse: bool
    is_dropped: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A job as the list shows it."""

    job: ExportJob
    titles: tuple[str, ...]
    more: int


def selection_sent(user: User, sent: QueryDict) -> ExportSelection:
    """What the address or the form names.

    Raises NotFound where the user may not know of it, or nothing is named.
    """
    if number := sent.get("study"):
        study = require_row(Study.objects.for_user(user), pk=_uuid(number))
        sessions = tuple(exportable(user).filter(study=study).order_by("created_at", "pk")[: MOST_SESSIONS + 1])
        return ExportSelection(sessions, Session.objects.filter(study=study).count() - len(sessions), study)
    session_ids = list(dict.fromkeys(_uuid(number) for number in sent.getlist("session")[: MOST_SESSIONS + 1]))
    known_count = Session.objects.for_user(user).filter(pk__in=session_ids).count()
    if not known_count:
        raise NotFound
    return selection_by_ids(user, session_ids, known_count)


def selection_by_ids(user: User, session_ids: list[UUID], known_count: int) -> ExportSelection:
    """The same for the numbers of sessions of which the user knows so many."""
    by_key = {session.pk: session for session in exportable(user).filter(pk__in=session_ids)}
    sessions = tuple(by_key[key] for key in session_ids if key in by_key)
    return ExportSelection(sessions, known_count - len(sessions))


def faces_to_choose(selection: ExportSelection) -> list[FaceChoice]:
    """The people of the one session, then its glimpses and dropped faces; none where there is nobody to choose from."""
    if len(selection.sessions) != 1 or selection.study is not None:
        return []
    session = selection.sessions[0]
    people = sorted(everybody_named(session), key=lambda named: not named.person.counts)
    faces = [FaceChoice(min(one.faces), one.title, one.person.is_glimpse, one.person.dropped) for one in people]
    return faces[:MOST_FACES_SHOWN] if len(faces) > 1 else []


def choosing_page(
    request: HttpRequest, selection: ExportSelection, sent: QueryDict, error: AppError | None = None
) -> HttpResponse:
    """The page on which the kind of file is chosen; the list of sessions sends here, too."""
    faces = faces_to_choose(selection)
    context = {
        "selection": selection,
        "groups": [(name, [(kind, kind.label, words.NOTES[kind]) for kind in kinds]) for name, kinds in words.GROUPS],
        "faces": faces,
        "has_video": any(has_video(session) for session in selection.sessions),
        "blurs": [(value, name) for value, name in Blur.choices if faces or value in (Blur.NONE, Blur.ALL)],
        "chosen": {
            "format": sent.get("format", "xlsx"),
            "faces": set(sent.getlist("face")),
            "blur": sent.get("blur", Blur.ALL),
            "decimal_comma": sent.get("decimal_comma", ""),
        },
        "error": error,
    }
    return render(request, "exporting/new.html", context, status=error.status if error else 200)


def rows_of(jobs: Iterable[ExportJob]) -> list[Row]:
    """The jobs with the titles of what they hold."""
    rows = []
    for job in jobs:
        titles = tuple(part.session.title for part in job.first_parts)
        rows.append(Row(job, titles, job.n_sessions - len(titles)))
    return rows


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound from error
