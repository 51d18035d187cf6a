"""Correcting a session by plain forms; programs do the same through the REST API."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from webplatform.common.errors import AppError, Invalid
from webplatform.common.http.pages import tell
from webplatform.history.corrections import correct, take_back
from webplatform.history.models import Session


@login_required
@require_POST
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say what a face really showed in a stretch of time."""
    session = get_object_or_404(Session.objects.for_user(request.user), pk=pk)
    try:
        correct(session=session, user=request.user, emotion=request.POST.get("emotion", ""), **_stretch(request))
        messages.success(request, _("The correction is noted."))
    except AppError as error:
        tell(request, error)
    return redirect("dashboard:session", session.pk)


@login_required
@require_POST
def remove(request: HttpRequest, pk: UUID, correction_id: int) -> HttpResponse:
    """Take a correction back."""
    session = get_object_or_404(Session.objects.for_user(request.user), pk=pk)
    correction = get_object_or_404(session.corrections.select_related("session"), pk=correction_id)
    try:
        take_back(correction=correction, user=request.user)
        messages.success(request, _("The correction is taken back."))
    except AppError as error:
        tell(request, error)
    return redirect("dashboard:session", session.pk)


def _stretch(request: HttpRequest) -> dict[str, int]:
    """The face and the stretch; people write seconds."""
    try:
        first, last = (round(1000 * float(request.POST.get(name, ""))) for name in ("from_s", "to_s"))
        return {"track": int(request.POST.get("track", "")), "from_ms": first, "to_ms": last}
    except (ValueError, OverflowError) as error:
        raise Invalid(_("Write the stretch in seconds, such as 1.5 and 4.")) from error
