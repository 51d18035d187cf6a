"""The page of a study's films, and the films themselves, for members and for whoever opened a link."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webplatform.accounts.upload_auth import require_login
from webplatform.analysis.sending import Sent, send_file
from webplatform.common.errors import AppError, NotAllowed
from webplatform.common.http.large_bodies import MULTIPART, UPLOAD_BYTES, takes_body
from webplatform.common.http.pages import tell
from webplatform.live.queries import find_condition
from webplatform.participation import stimuli
from webplatform.participation.participant_auth import participant_only
from webplatform.studies.conditions import move_label
from webplatform.studies.films import open_film
from webplatform.studies.models import Stimulus, StimulusOrder, Study
from webplatform.studies.permissions import may_in
from webplatform.studies.roles import Act

STEPS = {"up": -1, "down": 1}


@login_required
@require_http_methods(["GET", "POST"])
@takes_body(UPLOAD_BYTES, require=require_login, streams=(MULTIPART,))
def listing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the study shows; a POST adds a film."""
    study = _study(request, pk)
    if request.method == "GET":
        return _page(request, study)
    condition = find_condition(study, request.POST.get("condition", ""))
    upload, title = request.FILES.get("file"), request.POST.get("title", "")
    if upload is None:
        return _page(request, study, problem=_("Choose a video first."))
    try:
        stimuli.add_stimulus(study=study, user=request.user, upload=upload, title=title, condition=condition)
    except NotAllowed:
        raise
    except AppError as error:
        return _page(request, study, problem=error.message)
    messages.success(request, _("The film is added."))
    return redirect("participation:stimuli", study.pk)


@login_required
@require_POST
def change(request: HttpRequest, pk: UUID, stimulus_pk: UUID) -> HttpResponse:
    """Move or remove a film, as the button said."""
    study = _study(request, pk)
    stimulus = get_object_or_404(study.stimuli.select_related("study"), pk=stimulus_pk)
    action = request.POST.get("do", "")
    try:
        if action in STEPS:
            move_label(label=stimulus, user=request.user, by=STEPS[action])
        elif action == "remove":
            stimuli.remove_stimulus(stimulus=stimulus, user=request.user)
            messages.success(request, _("The film is removed."))
    except AppError as error:
        tell(request, error)
    return redirect("participation:stimuli", study.pk)


@login_required
@require_POST
def showing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """In which order films are shown, and whether participants see their scores."""
    study, sent = _study(request, pk), request.POST
    try:
        order, scores = sent.get("stimulus_order", ""), sent.get("shows_scores") == "yes"
        stimuli.change_showing(study=study, user=request.user, order=order, shows_scores=scores)
        messages.success(request, _("Saved."))
    except AppError as error:
        tell(request, error)
    return redirect("participation:stimuli", study.pk)


@login_required
@require_safe
def film(request: HttpRequest, pk: UUID, stimulus_pk: UUID) -> HttpResponseBase:
    """A film, for the study's members."""
    return _film(request, get_object_or_404(_study(request, pk).stimuli, pk=stimulus_pk))


@participant_only
@require_safe
def own_film(request: HttpRequest, stimulus_pk: UUID) -> HttpResponseBase:
    """A film of the participant's study, while their link is valid."""
    return _film(request, get_object_or_404(request.link.participant.study.stimuli, pk=stimulus_pk))


def _film(request: HttpRequest, stimulus: Stimulus) -> HttpResponseBase:
    ending = stimulus.stored_name.split(".")[1]
    sent = Sent(
        partial(open_film, stimulus), stimulus.content_type, f"{stimulus.title}.{ending}", f'"{stimulus.sha256}"'
    )
    return send_file(request, sent)


def _study(request: HttpRequest, pk: UUID) -> Study:
    return get_object_or_404(Study.objects.for_user(request.user), pk=pk)


def _page(request: HttpRequest, study: Study, *, problem: str = "") -> HttpResponse:
    context = {
        "study": study,
        "is_owner": may_in(study, request.user, Act.OWN),
        "stimuli": study.stimuli.select_related("condition"),
        "conditions": study.conditions.all(),
        "orders": StimulusOrder.choices,
        "most": stimuli.MOST,
        "max_mb": settings.RAUT_MAX_UPLOAD_MB,
        "max_minutes": settings.RAUT_LIVE_MAX_MINUTES,
        "problem": problem,
    }
    return render(request, "participation/stimuli.html", context, status=400 if problem else 200)
