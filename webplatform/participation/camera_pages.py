"""The participant's camera pages: the check, the session with or without a film, and the end."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from webplatform.common.errors import AppError, ConsentMissing
from webplatform.common.http.headers import uses_camera
from webplatform.consent.services import require_consent
from webplatform.history.models import Session
from webplatform.history.retention_deadlines import deadlines_of
from webplatform.live.page_data import live_context
from webplatform.live.picture_checks import read_picture
from webplatform.live.protocol import faces_data, hidden_faces_data
from webplatform.participation.participant_auth import participant_only
from webplatform.participation.stimuli import films_for
from webplatform.studies.models import Stimulus, Study

CHECK_BYTES = 2 * 1024**2
SOCKET = "/ws/live/participant/"


@participant_only
@uses_camera
@ensure_csrf_cookie
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """Join a live session, with the study's films that are left; where none is, the end."""
    participant = request.link.participant
    try:
        require_consent(of=participant)
    except ConsentMissing:
        return redirect("participation:home")
    films = films_for(participant)
    if not films and participant.study.stimuli.exists():
        return redirect("participation:thanks")
    return render(request, "participation/live.html", _live_context(participant.study, films))


@participant_only
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """What the model sees in one picture before the session; nothing of it is kept."""
    picture = request.read(CHECK_BYTES + 1)
    try:
        require_consent(of=request.link.participant)
        reading = read_picture(picture if len(picture) <= CHECK_BYTES else b"")
    except AppError as error:
        return JsonResponse({"code": error.code, "message": error.message, "details": {}}, status=error.status)
    as_data = faces_data if request.link.participant.study.shows_scores else hidden_faces_data
    return JsonResponse({"width": reading.width, "height": reading.height, "faces": as_data(reading)})


@participant_only
@require_GET
def thanks(request: HttpRequest) -> HttpResponse:
    """A thank-you, what was kept of the camera, and until when."""
    participant = request.link.participant
    live_ones = Session.objects.filter(participant=participant, source=Session.Source.WEBCAM)
    closed = live_ones.filter(state=Session.State.CLOSED)
    kept_sessions = list(closed.select_related("stimulus", "study", "repeats").order_by("-created_at"))
    for session in kept_sessions:
        ends = deadlines_of(session, has_media=False)
        session.until = ends.readings_at or ends.session_at
    films = films_for(participant)
    context = {
        "participant": participant,
        "kept": kept_sessions,
        "films": films,
        "has_films": participant.study.stimuli.exists(),
    }
    return render(request, "participation/thanks.html", context)


def _live_context(study: Study, films: list[Stimulus]) -> dict[str, Any]:
    context = live_context(socket=SOCKET, check=reverse("participation:check"))
    films_data = [
        {
            "id": str(film.pk),
            "title": film.title,
            "url": reverse("participation:own-film", args=[film.pk]),
            "durationMs": film.duration_ms,
        }
        for film in films
    ]
    context["data"] |= {"films": films_data, "showsScores": study.shows_scores}
    return context | {"study": study, "films": films}
