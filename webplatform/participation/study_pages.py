"""The study's page: what it states, its participants and their links, and the inbox of requests."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from webplatform.common.errors import AppError
from webplatform.common.http.pages import tell
from webplatform.participation import participants, services
from webplatform.participation.links import create_link, link_address, revoke_link
from webplatform.participation.queries import participants_of, requests_of
from webplatform.studies.models import ParticipantLink, Study
from webplatform.studies.permissions import role_in
from webplatform.studies.roles import Act, may


@login_required
@never_cache
@require_GET
def study(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who takes part, and what the study states."""
    return _page(request, _study(request, pk))


@login_required
@require_POST
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add a participant."""
    study = _study(request, pk)

    def add_now() -> None:
        participants.add_participant(
            study=study,
            user=request.user,
            pseudonym=request.POST.get("pseudonym", ""),
            language=request.POST.get("language", ""),
        )

    return _done(request, study, add_now, _("The participant is added."))


@login_required
@never_cache
@require_POST
def link(request: HttpRequest, pk: UUID, participant_pk: UUID) -> HttpResponse:
    """Make a link; its address is in the answer to this and never shown again."""
    study = _study(request, pk)
    participant = get_object_or_404(study.participants, pk=participant_pk)
    try:
        _link, key = create_link(participant=participant, user=request.user)
    except AppError as error:
        tell(request, error)
        return redirect("participation:study", study.pk)
    return _page(request, study, new={"participant": participant, "address": link_address(key)})


@login_required
@require_POST
def revoke(request: HttpRequest, pk: UUID, link_pk: int) -> HttpResponse:
    """Revoke a link."""
    study = _study(request, pk)
    revoked = get_object_or_404(ParticipantLink.objects.filter(participant__study=study), pk=link_pk)
    return _done(request, study, lambda: revoke_link(link=revoked, user=request.user), _("The link is revoked."))


@login_required
@require_POST
def answer(request: HttpRequest, pk: UUID, request_pk: int) -> HttpResponse:
    """Answer a participant's request."""
    study = _study(request, pk)
    participant_request = get_object_or_404(requests_of(request.user).filter(participant__study=study), pk=request_pk)
    is_done, text = request.POST.get("decision") == "done", request.POST.get("answer", "")
    return _done(
        request,
        study,
        lambda: services.answer(request=participant_request, user=request.user, is_done=is_done, text=text),
        _("The request is answered."),
    )


def _study(request: HttpRequest, pk: UUID) -> Study:
    return get_object_or_404(Study.objects.for_user(request.user), pk=pk)


def _done(request: HttpRequest, study: Study, action: Callable[[], object], text: str) -> HttpResponse:
    try:
        action()
        messages.success(request, text)
    except AppError as error:
        tell(request, error)
    return redirect("participation:study", study.pk)


def _page(request: HttpRequest, study: Study, new: dict[str, object] | None = None) -> HttpResponse:
    role = role_in(study, request.user)
    context = {
        "study": study,
        "role": role,
        "is_owner": may(Act.OWN, role),
        "is_recorder": may(Act.RECORD, role),
        "participants": participants_of(study),
        "requests": requests_of(request.user).filter(participant__study=study),
        "now": timezone.now(),
        "new": new,
    }
    return render(request, "participation/study.html", context)
