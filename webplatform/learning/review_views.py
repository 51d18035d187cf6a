"""The review queue: one face after the other, to say what it shows."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from inference import EMOTIONS, Emotion
from webplatform.common.errors import AppError
from webplatform.history.corrections import correct
from webplatform.history.models import Observation
from webplatform.history.queries import frame_size_at
from webplatform.history.words import EMOTION_NAMES, moment
from webplatform.learning.review import FLICKER, RARE, UNSURE, Proposal, is_proposable, propose

SKIPPED, SHOWN = "review_skipped", "review_shows_scores"
MOST_SKIPPED = 300


@login_required
@require_GET
def review(request: HttpRequest) -> HttpResponse:
    """The next face, without what the model says of it unless that is wished."""
    if request.GET.get("scores") in ("0", "1"):
        request.session[SHOWN] = request.GET["scores"] == "1"
        return redirect("review:next")
    skipped = request.session.get(SKIPPED, [])
    proposal = next(iter(propose(request.user, limit=1, skipped=skipped)), None)
    is_shown = request.session.get(SHOWN, False)
    context = {
        "proposal": proposal,
        "is_shown": is_shown,
        "has_skipped": bool(skipped),
        "why": _reason_words(proposal.why) if proposal and is_shown else "",
        "said": _verdict_words(proposal.row) if proposal else "",
        "emotions": [{"key": str(e), "name": EMOTION_NAMES[e], "digit": n} for n, e in enumerate(EMOTIONS, start=1)],
        "data": _data(proposal) if proposal else None,
        "when": moment(proposal.row.t_ms) if proposal else "",
    }
    return render(request, "learning/review.html", context)


@login_required
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Note what the face shows, and tell what the model had said."""
    rows = Observation.objects.filter(session__study__memberships__user=request.user, session__binned_at=None)
    row = get_object_or_404(rows.select_related("session__study", "session__consent", "track"), pk=pk)
    emotion = request.POST.get("emotion", "")
    if emotion == "skip" or not is_proposable(row, request.user):
        request.session[SKIPPED] = [*request.session.get(SKIPPED, []), row.pk][-MOST_SKIPPED:]
        return redirect("review:next")
    stretch = {"track": row.track.number, "from_ms": row.t_ms, "to_ms": row.t_ms}
    try:
        correct(session=row.session, user=request.user, emotion=emotion, **stretch)
        noted = _("Noted: %(name)s. The model had said: %(said)s.")
        messages.success(request, noted % {"name": EMOTION_NAMES[Emotion(emotion)], "said": _verdict_words(row)})
    except AppError as error:
        messages.error(request, error.message)
    return redirect("review:next")


@login_required
@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Ask about the skipped faces once more."""
    request.session.pop(SKIPPED, None)
    return redirect("review:next")


def _reason_words(kind: str) -> str:
    return {
        UNSURE: _("the model is not sure"),
        FLICKER: _("the model says something else just before and after"),
        RARE: _("an expression that was seldom labelled"),
    }[kind]


def _verdict_words(row: Observation) -> str:
    best = max(EMOTIONS, key=lambda emotion: getattr(row, emotion) or 0)
    template = _("%(name)s, %(percent)d %%") if row.dominant else _("not sure (at most %(name)s, %(percent)d %%)")
    return template % {"name": EMOTION_NAMES[best], "percent": round(100 * (getattr(row, best) or 0))}


def _data(proposal: Proposal) -> dict[str, Any]:
    row = proposal.row
    return {
        "media": reverse("analysis:media", args=[row.session_id]),
        "tMs": row.t_ms,
        "box": [row.x, row.y, row.w, row.h],
        "frame": list(frame_size_at(row.session, row.t_ms)),
    }
