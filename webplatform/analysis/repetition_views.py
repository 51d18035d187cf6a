"""Having a video read again with another model, by a plain form."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from webplatform.analysis.repetitions import repeat_analysis
from webplatform.common.errors import AppError
from webplatform.common.http.pages import tell
from webplatform.history.queries import sessions_of
from webplatform.modelhub.models import ModelVersion


@login_required
@require_POST
def repeat(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Have the session's video read again."""
    session = get_object_or_404(sessions_of(request.user), pk=pk)
    version = ModelVersion.objects.filter(pk=_number(request.POST.get("model"))).first()
    if version is None:
        messages.error(request, _("Choose a model."))
        return redirect("dashboard:session", session.pk)
    try:
        return redirect(
            "dashboard:session", repeat_analysis(session=session, user=request.user, version=version).session_id
        )
    except AppError as error:
        tell(request, error)
    return redirect("dashboard:session", session.pk)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None
