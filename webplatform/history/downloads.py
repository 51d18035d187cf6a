"""Files that are written while they are sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.common.compression import accepts_gzip, gzip_chunks
from webplatform.common.errors import Conflict
from webplatform.common.headers import INERT
from webplatform.history.exports import shared_pieces
from webplatform.history.sharing import sharing_of
from webplatform.studies.audit_trail import record
from webplatform.studies.services import owned_study

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


def attachment(made: bytes, content_type: str, name: str) -> HttpResponse:
    """What was made as a file of this name, which no cache keeps and no browser runs."""
    headers = {"Content-Disposition": content_disposition_header(True, name), "Cache-Control": "private, no-store"}
    return HttpResponse(made, content_type=content_type, headers={**headers, **INERT})


def shared_file(request: HttpRequest, study_id: UUID, user: User) -> StreamingHttpResponse:
    """The study's readings that other researchers may have; the audit says that they went, and how many sessions.

    Raises:
        Http404: the user has no part in the study.
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
