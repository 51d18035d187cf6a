"""The live page: what a webcam shows, read as it comes."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET

from inference import EMOTIONS
from webplatform.common.headers import uses_camera
from webplatform.dashboard.targets import Choices, choices_of
from webplatform.dashboard.upload_views import whose_face
from webplatform.dashboard.words import EMOTION_NAMES, REASON_NAMES
from webplatform.live.services import SOCKET

CHECK = "/api/v1/live/check/"
RATES = (2, 5, 10, 15)
USUAL_RATE = 10


@login_required
@uses_camera
@ensure_csrf_cookie
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """Watch a webcam; where nobody may be recorded yet, say how to begin: with oneself, or with a study."""
    choices = choices_of(request.user)
    if not choices.is_anybody:
        return whose_face(request, choices)
    return render(request, "dashboard/live.html", live_context(choices))


def live_context(
    choices: Choices | None = None, *, socket: str = SOCKET, check: str = CHECK, **pages: str
) -> dict[str, Any]:
    """What the live page's template needs; `socket` and `check` are where its scripts turn to.

    `home`, `again` and `consent` are where its links lead, if not to the account's pages.
    """
    account = {"home": "dashboard:home", "again": "dashboard:live", "consent": "consent:give"}
    emotions = [{"key": str(emotion), "name": str(EMOTION_NAMES[emotion])} for emotion in EMOTIONS]
    return {
        "emotions": emotions,
        "rates": RATES,
        "usual_rate": USUAL_RATE,
        "choices": choices,
        "pages": {name: reverse(pages.get(name, page)) for name, page in account.items()},
        "data": {
            "socket": socket,
            "check": check,
            "emotions": emotions,
            "reasons": {str(reason): str(name) for reason, name in REASON_NAMES.items()},
        },
    }
