"""The downloads of a session, and of what a study may share."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from webplatform.accounts.audit import record_event
from webplatform.history.downloads import download, shared_file
from webplatform.history.exports import csv_pieces, file_name, json_pieces
from webplatform.history.mark_serializers import MarkedSessionOut
from webplatform.history.queries import sessions_of


@login_required
@require_GET
def download_csv(request: HttpRequest, session_id: UUID) -> StreamingHttpResponse:
    """The session's observations as a table."""
    session = get_object_or_404(sessions_of(request.user), pk=session_id)
    record_event("session.exported", actor=request.user, study_id=session.study_id, target=f"session:{session.pk}")
    return download(request, csv_pieces(session), "text/csv; charset=utf-8", file_name(session, "csv"))


@login_required
@require_GET
def download_json(request: HttpRequest, session_id: UUID) -> StreamingHttpResponse:
    """The whole session: its frame accounting, model, summary and observations."""
    session = get_object_or_404(sessions_of(request.user), pk=session_id)
    record_event("session.exported", actor=request.user, study_id=session.study_id, target=f"session:{session.pk}")
    pieces = json_pieces(session, MarkedSessionOut(session).data)
    return download(request, pieces, "application/json", file_name(session, "json"))


@login_required
@require_GET
def download_shared(request: HttpRequest, study_id: UUID) -> StreamingHttpResponse:
    """The readings of the study that other researchers may have, for its owners."""
    return shared_file(request, study_id, request.user)
