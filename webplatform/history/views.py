"""The downloads of a session, and of what a study may share."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from webplatform.history.downloads import session_file, shared_file


@login_required
@require_GET
def download_csv(request: HttpRequest, session_id: UUID) -> HttpResponseBase:
    """The session's observations as a table."""
    return session_file(request, session_id, request.user, "csv")


@login_required
@require_GET
def download_json(request: HttpRequest, session_id: UUID) -> HttpResponseBase:
    """The whole session: its frame accounting, model, summary and observations."""
    return session_file(request, session_id, request.user, "json")


@login_required
@require_GET
def download_shared(request: HttpRequest, study_id: UUID) -> StreamingHttpResponse:
    """The readings of the study that other researchers may have, for its owners."""
    return shared_file(request, study_id, request.user)
