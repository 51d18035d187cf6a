"""Files that are written while they are sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from webplatform.accounts.audit import record_event
from webplatform.accounts.models import User
from webplatform.common.database.rows import require_row
from webplatform.common.errors import Conflict
from webplatform.common.http.compression import accepts_gzip, gzip_chunks
from webplatform.common.http.headers import INERT, unchanged
from webplatform.history.mark_serializers import MarkedSessionOut
from webplatform.history.queries import sessions_of
from webplatform.history.session_files import csv_pieces, file_name, json_pieces, shared_pieces
from webplatform.history.sharing import sharing_of
from webplatform.history.versions import tag_of
from webplatform.studies.audit_trail import record
from webplatform.studies.permissions import owned_study

TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
SHARED_NAME = "shared-readings.csv"  # says nothing of the study, nor of the day


def download(
    request: HttpRequest, pieces: Iterator[str], content_type: str, name: str, tag: str | None = None
) -> StreamingHttpResponse:
    """The pieces as a file of this name, which no cache keeps; compressed if the client accepts it."""
    content = (piece.encode() for piece in pieces)
    headers = {"Content-Disposition": content_disposition_header(True, name), "Cache-Control": "private, no-store"}
    headers["Vary"] = "Accept-Encoding"
    if tag is not None:
        headers["ETag"] = tag
    if accepts_gzip(request):
        content, headers["Content-Encoding"] = gzip_chunks(content), "gzip"
    # An ASGI server would first collect a plain iterator's pieces in memory, all of them.
    body = _asynchronous(content) if isinstance(request, ASGIRequest) else content
    return StreamingHttpResponse(body, content_type=content_type, headers=headers)


def attachment(content: bytes, content_type: str, name: str) -> HttpResponse:
    """What was made as a file of this name, which no cache keeps and no browser runs."""
    headers = {"Content-Disposition": content_disposition_header(True, name), "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=content_type, headers={**headers, **INERT})


def session_file(request: HttpRequest, session_id: UUID, user: User, kind: str) -> HttpResponseBase:
    """The session as a file of one of TYPES, or 304 if the client has it already; the audit says that it went.

    Raises:
        NotFound: the user reaches no such session.
    """
    session = require_row(sessions_of(user), pk=session_id)
    head = MarkedSessionOut.line(session)
    tag = tag_of(session, head)
    if tag is not None and (not_modified := unchanged(request, tag)) is not None:
        return not_modified
    record_event("session.exported", actor=user, study_id=session.study_id, target=f"session:{session.pk}")
    pieces = csv_pieces(session) if kind == "csv" else json_pieces(session, head)
    return download(request, pieces, TYPES[kind], file_name(session, kind), tag)


def shared_file(request: HttpRequest, study_id: UUID, user: User) -> StreamingHttpResponse:
    """The study's readings that other researchers may have; the audit says that they went, and how many sessions.

    Raises:
        NotFound: the user has no part in the study.
        NotAllowed: the user does not own the study.
        Conflict: no session may go.
    """
    study = owned_study(user, study_id)
    sharing = sharing_of(study)
    if not sharing.sessions:
        raise Conflict(_("No session of this study may be shared yet."), left_out=sharing.left_out)
    record(actor=user, action="study.shared", study=study, sessions=sharing.sessions, left_out=sharing.left_out)
    return download(request, shared_pieces(study), "text/csv; charset=utf-8", SHARED_NAME)


async def _asynchronous(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    next_piece = sync_to_async(next)
    while (piece := await next_piece(pieces, None)) is not None:
        yield piece
