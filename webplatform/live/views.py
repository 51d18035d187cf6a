"""The live page: what a webcam shows, read as it comes."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET

from webplatform.common.http.headers import uses_camera
from webplatform.history.targets import choices_of
from webplatform.history.whose_face import whose_face
from webplatform.live.page_data import live_context


@login_required
@uses_camera
@ensure_csrf_cookie
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """Watch a webcam; where nobody may be recorded yet, say how to begin: with oneself, or with a study."""
    choices = choices_of(request.user)
    if not choices.is_anybody:
        return whose_face(request, choices)
    return render(request, "live/live.html", live_context(choices))
