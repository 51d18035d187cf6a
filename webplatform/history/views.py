"""The downloads of a session."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from uuid import UUID

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from webplatform.accounts.audit import record_event
from webplatform.history.exports import csv_pieces, file_name, json_pieces
from webplatform.history.queries import sessions_of
from webplatform.history.serializers import SessionDetailOut


@login_required
@require_GET
def download_csv(request: HttpRequest, session_id: UUID) -> StreamingHttpResponse:
    """The session's observations as a table."""
    session = get_object_or_404(sessions_of(request.user), pk=session_id)
    record_event("session.exported", actor=request.user, study_id=session.study_id, target=f"session:{session.pk}")
    return _download(request, csv_pieces(session), "text/csv; charset=utf-8", file_name(session, "csv"))


@login_required
@require_GET
def download_json(request: HttpRequest, session_id: UUID) -> StreamingHttpResponse:
    """The whole session: its frame accounting, model, summary and observations."""
    session = get_object_or_404(sessions_of(request.user), pk=session_id)
    record_event("session.exported", actor=request.user, study_id=session.study_id, target=f"session:{session.pk}")
    pieces = json_pieces(session, SessionDetailOut(session).data)
    return _download(request, pieces, "application/json", file_name(session, "json"))


def _download(request: HttpRequest, pieces: Iterator[str], content_type: str, name: str) -> StreamingHttpResponse:
    # An ASGI server would first collect a plain iterator's pieces in memory, all of them.
    body = _asynchronous(pieces) if isinstance(request, ASGIRequest) else pieces
    headers = {"Content-Disposition": content_disposition_header(True, name), "Cache-Control": "private, no-store"}
    return StreamingHttpResponse(body, content_type=content_type, headers=headers)


async def _asynchronous(pieces: Iterator[str]) -> AsyncIterator[str]:
    next_piece = sync_to_async(next)
    while (piece := await next_piece(pieces, None)) is not None:
        yield piece
