"""The downloads of a session, and of what a study may share."""

from __future__ import annotations

from typing import Any  # JSON
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from webplatform.accounts.audit import record_event
from webplatform.common.headers import unchanged
from webplatform.history.downloads import download, shared_file
from webplatform.history.exports import csv_pieces, file_name, json_pieces
from webplatform.history.mark_serializers import MarkedSessionOut
from webplatform.history.models import Session
from webplatform.history.queries import sessions_of
from webplatform.history.versions import tag_of

TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@login_required
@require_GET
def download_csv(request: HttpRequest, session_id: UUID) -> HttpResponseBase:
    """The session's observations as a table."""
    session = get_object_or_404(sessions_of(request.user), pk=session_id)
    return _file(request, session, MarkedSessionOut(session).data, "csv")


@login_required
@require_GET
def download_json(request: HttpRequest, session_id: UUID) -> HttpResponseBase:
    """The whole session: its frame accounting, model, summary and observations."""
    session = get_object_or_404(sessions_of(request.user), pk=session_id)
    return _file(request, session, MarkedSessionOut(session).data, "json")


@login_required
@require_GET
def download_shared(request: HttpRequest, study_id: UUID) -> StreamingHttpResponse:
    """The readings of the study that other researchers may have, for its owners."""
    return shared_file(request, study_id, request.user)


def _file(request: HttpRequest, session: Session, head: dict[str, Any], kind: str) -> HttpResponseBase:
    """The file, or 304 if the client has it already."""
    tag = tag_of(session, head)
    if tag is not None and (known := unchanged(request, tag)) is not None:
        return known
    record_event("session.exported", actor=request.user, study_id=session.study_id, target=f"session:{session.pk}")
    pieces = csv_pieces(session) if kind == "csv" else json_pieces(session, head)
    return download(request, pieces, TYPES[kind], file_name(session, kind), tag)
