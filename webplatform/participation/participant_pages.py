"""The participant's own pages, opened by their link: read, agree, look, withdraw, send requests."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from webplatform.common.errors import AppError
from webplatform.consent.consent_status import consent_status_of
from webplatform.consent.models import ConsentRecord, ConsentScope
from webplatform.consent.notices import notice_of
from webplatform.consent.proofs import proof_file
from webplatform.consent.queries import consent_history
from webplatform.participation import services
from webplatform.participation.links import key_digest
from webplatform.participation.participant_auth import KEPT_AS, link_opened, link_over, participant_only
from webplatform.participation.stimuli import films_for
from webplatform.retention.downloads import export_file
from webplatform.retention.models import DataExport
from webplatform.retention.queries import held_of
from webplatform.retention.services import request_export
from webplatform.studies.models import ParticipantRequest, Study

LINK = ConsentRecord.Channel.LINK


@never_cache
@require_GET
def enter(request: HttpRequest, key: str) -> HttpResponse:
    """Open a link: this browser is the participant's from now on, and the key leaves the address."""
    link = link_opened(request, key)
    if link is None:
        return link_over(request, digest=key_digest(key))
    request.session.cycle_key()
    request.session[KEPT_AS] = link.pk
    response = redirect("participation:home")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, link.participant.language, samesite="Lax", secure=request.is_secure()
    )
    return response


@participant_only
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The notice and the question, or what is held and what can be done with it."""
    return _home(request)


@participant_only
@require_POST
def agree(request: HttpRequest) -> HttpResponse:
    """Take the agreement, each scope apart; who agrees for the first time goes on to the camera."""
    participant = request.link.participant
    is_new = not consent_status_of(participant)["is_valid"]
    try:
        services.agree(
            participant=participant,
            language=get_language() or participant.language,
            scopes=request.POST.getlist("scope"),
            channel=LINK,
            by_guardian=request.POST.get("by_guardian") == "yes",
            digest=request.POST.get("digest"),
        )
    except AppError as error:
        messages.error(request, error.message)
        return _home(request, status=400)
    messages.success(request, _("Thank you. Your consent is recorded."))
    return redirect("participation:live" if is_new else "participation:home")


@participant_only
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest) -> HttpResponse:
    """Say what goes; a POST takes the agreement back, all of it or one scope."""
    participant = request.link.participant
    if request.method == "GET":
        held = held_of(participant)
        goes = {
            "videos": sum(one["has_media"] for one in held),
            "readings": sum(one["readings"] for one in held),
            "binned": sum(one["deleted_at"] is not None for one in held),
        }
        context = {"participant": participant, "held": held, "goes": goes, "export": participant.exports.first()}
        return render(request, "participation/withdraw.html", context)
    scopes = request.POST.getlist("scope") or [ConsentScope.ANALYSE.value]
    services.withdraw(participant=participant, channel=LINK, scopes=scopes)
    messages.success(request, _("This is withdrawn. What ran is stopped, and what rested on it is deleted."))
    return redirect("participation:home")


@participant_only
@require_POST
def submit_request(request: HttpRequest) -> HttpResponse:
    """Ask the study's owner for something; they have 72 hours."""
    try:
        services.submit_request(
            participant=request.link.participant, kind=request.POST.get("kind", ""), text=request.POST.get("text", "")
        )
        messages.success(request, _("Your request is sent. It is answered here within 72 hours."))
    except AppError as error:
        messages.error(request, error.message)
    return redirect("participation:home")


@participant_only
@require_POST
def copy(request: HttpRequest) -> HttpResponse:
    """Ask for everything that is held, as one ZIP file."""
    participant = request.link.participant
    request_export(of=participant, language=get_language() or participant.language)
    messages.success(request, _("Your copy is being made. This page shows when it is ready."))
    return redirect("participation:home")


@participant_only
@require_GET
def download(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The ZIP file."""
    return export_file(request, get_object_or_404(DataExport, participant=request.link.participant, pk=pk))


@participant_only
@require_GET
def proof(request: HttpRequest, pk: int) -> HttpResponse:
    """The proof of one agreement."""
    records = ConsentRecord.objects.filter(participant=request.link.participant).select_related("text", "participant")
    return proof_file(get_object_or_404(records, pk=pk))


@participant_only
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Close the link in this browser; it can be opened again."""
    request.session.pop(KEPT_AS, None)
    return render(request, "participation/over.html", {"has_left": True})


def _home(request: HttpRequest, status: int = 200) -> HttpResponse:
    participant = request.link.participant
    consent_status = consent_status_of(participant)
    context = {
        "participant": participant,
        "link": request.link,
        "standing": consent_status,
        "notice": notice_of(participant.study, get_language() or participant.language),
        "scopes": [
            (scope, scope in consent_status["scopes"])
            for scope in ConsentScope
            if _is_offered(scope, participant.study)
        ],
        "films": films_for(participant),
        "has_films": participant.study.stimuli.exists(),
        "records": consent_history(participant),
        "held": held_of(participant),
        "export": participant.exports.first(),
        "requests": participant.requests.order_by("-asked_at"),
        "kinds": ParticipantRequest.Kind.choices,
    }
    return render(request, "participation/home.html", context, status=status)


def _is_offered(scope: ConsentScope, study: Study) -> bool:
    """Whether the scope has a meaning in the study: where no video is kept, nobody is asked to keep one."""
    return scope != ConsentScope.KEEP_MEDIA or study.capture_mode == Study.CaptureMode.MEDIA
