"""Saying who is who in a session, by plain forms."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from webplatform.common.errors import AppError, Invalid
from webplatform.common.http.pages import tell
from webplatform.history.face_edits import undo_face_edit
from webplatform.history.face_inputs import edit_faces
from webplatform.history.mark_files import read_time
from webplatform.history.models import FaceEdit, Session


@login_required
@require_POST
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Name, colour, merge, split, drop or assign a face."""
    session = get_object_or_404(Session.objects.for_user(request.user), pk=pk)
    try:
        edit_faces(session, request.user, _sent(request))
        messages.success(request, _("Changed. You can undo it under “People in the picture”."))
    except AppError as error:
        tell(request, error)
    return redirect("dashboard:session", session.pk)


@login_required
@require_POST
def undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the newest change of faces back."""
    session = get_object_or_404(Session.objects.for_user(request.user), pk=pk)
    try:
        undone = undo_face_edit(session=session, user=request.user)
        messages.success(request, _("Undone: %(what)s.") % {"what": undone.get_kind_display()})
    except AppError as error:
        tell(request, error)
    return redirect("dashboard:session", session.pk)


def _sent(request: HttpRequest) -> dict[str, Any]:
    sent: dict[str, Any] = {name: request.POST[name] for name in ("text", "into") if name in request.POST}
    kind = request.POST.get("kind", "")
    if kind not in FaceEdit.Kind.values:
        raise Invalid(_("There is no such change."))
    if "at" in request.POST:
        sent["at_ms"] = read_time(request.POST["at"])
    if "participant" in request.POST:
        sent["participant"] = _uuid(request.POST["participant"])
    return {"kind": kind, "face": request.POST.get("face", ""), **sent}


def _uuid(text: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid(_("There is no such participant."), field="participant") from error
