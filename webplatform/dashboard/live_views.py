"""The live page: what a webcam shows, read as it comes."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET

from inference import EMOTIONS
from webplatform.consent.queries import valid_consent
from webplatform.dashboard.live_words import live_words
from webplatform.dashboard.words import EMOTION_NAMES, REASON_NAMES
from webplatform.live.services import SOCKET, studies_to_record_in

RATES = (2, 5, 10, 15)
USUAL_RATE = 10


@login_required
@ensure_csrf_cookie
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """Watch a webcam; whoever has not agreed to the consent text is asked for that first."""
    if valid_consent(request.user) is None:
        return redirect(f"{reverse('consent:give')}?{urlencode({'next': request.path})}")
    emotions = [{"key": str(emotion), "name": str(EMOTION_NAMES[emotion])} for emotion in EMOTIONS]
    context = {
        "emotions": emotions,
        "rates": RATES,
        "usual_rate": USUAL_RATE,
        "studies": studies_to_record_in(request.user),
        "words": live_words(),
        "data": {
            "socket": SOCKET,
            "emotions": emotions,
            "reasons": {str(reason): str(name) for reason, name in REASON_NAMES.items()},
        },
    }
    return render(request, "dashboard/live.html", context)
