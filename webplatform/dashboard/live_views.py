"""The live page: what a webcam shows, read as it comes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET

from inference import EMOTIONS
from webplatform.common.headers import uses_camera
from webplatform.consent.queries import valid_consent
from webplatform.dashboard.live_words import live_words
from webplatform.dashboard.words import EMOTION_NAMES, REASON_NAMES
from webplatform.live.queries import studies_to_record_in
from webplatform.live.services import SOCKET
from webplatform.studies.models import Study

CHECK = "/api/v1/live/check/"
RATES = (2, 5, 10, 15)
USUAL_RATE = 10


@login_required
@uses_camera
@ensure_csrf_cookie
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """Watch a webcam; whoever has not agreed to the consent text is asked for that first."""
    if valid_consent(request.user) is None:
        return redirect(f"{reverse('consent:give')}?{urlencode({'next': request.path})}")
    return render(request, "dashboard/live.html", live_context(studies_to_record_in(request.user)))


def live_context(studies: list[Study], *, socket: str = SOCKET, check: str = CHECK, **pages: str) -> dict[str, Any]:
    """What the live page's template needs; `socket` and `check` are where its scripts turn to.

    `home`, `again` and `consent` are where its links lead, if not to the account's pages.
    """
    account = {"home": "dashboard:home", "again": "dashboard:live", "consent": "consent:give"}
    emotions = [{"key": str(emotion), "name": str(EMOTION_NAMES[emotion])} for emotion in EMOTIONS]
    return {
        "emotions": emotions,
        "rates": RATES,
        "usual_rate": USUAL_RATE,
        "studies": studies,
        "pages": {name: reverse(pages.get(name, page)) for name, page in account.items()},
        "words": live_words(),
        "data": {
            "socket": socket,
            "check": check,
            "emotions": emotions,
            "reasons": {str(reason): str(name) for reason, name in REASON_NAMES.items()},
        },
    }
