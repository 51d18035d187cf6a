"""Handing videos in and steering their jobs, by plain forms; scripts do the same through the REST API."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from inference import VideoLimits
from webplatform.accounts.models import User
from webplatform.analysis import services
from webplatform.analysis.models import AnalysisJob
from webplatform.analysis.upload_auth import require_upload
from webplatform.analysis.uploads import EXTENSIONS
from webplatform.common.errors import AppError, Invalid, NotAllowed
from webplatform.common.http.large_bodies import MULTIPART, UPLOAD_BYTES, takes_body
from webplatform.common.http.pages import tell
from webplatform.history.targets import Choices, choices_of, place_named
from webplatform.history.whose_face import whose_face
from webplatform.studies.place import Place


@login_required
@require_http_methods(["GET", "POST"])
@takes_body(UPLOAD_BYTES, require=require_upload, streams=(MULTIPART,))
def upload(request: HttpRequest) -> HttpResponse:
    """Take videos in; where nobody may be recorded yet, say how to begin: with oneself, or with a study."""
    if request.method == "GET":
        choices = choices_of(request.user)
        return _upload_page(request, choices) if choices.is_anybody else whose_face(request, choices)
    place = place_named(request.user, request.POST.get("of", ""), request.POST.get("condition", ""))
    again = "again" in request.POST
    jobs, refusals = _submit_all(request.user, request.FILES.getlist("file"), again=again, place=place)
    if jobs:
        text = ngettext("The video is handed in.", "%(n)d videos are handed in.", len(jobs)) % {"n": len(jobs)}
        messages.success(request, text)
    if refusals:
        return _upload_page(request, choices_of(request.user), refusals=refusals)
    return redirect("dashboard:home") if len(jobs) > 1 else redirect("dashboard:session", jobs[0].session_id)


@login_required
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop a job that waits or runs."""
    return _steer(request, pk, services.cancel_job, _("The analysis is being stopped."))


@login_required
@require_POST
def retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Start a failed or cancelled job anew."""
    return _steer(request, pk, services.retry_job, _("The analysis starts anew."))


def _steer(request: HttpRequest, pk: UUID, service: object, done: str) -> HttpResponse:
    job = get_object_or_404(AnalysisJob.objects.for_user(request.user), pk=pk)
    try:
        service(job=job, user=request.user)
        messages.success(request, done)
    except AppError as error:
        tell(request, error)
    return redirect("dashboard:home")


def _submit_all(
    user: User, files: list[UploadedFile], *, again: bool, place: Place
) -> tuple[list[AnalysisJob], list[tuple[str, AppError]]]:
    """Hand in what can be; the rest is returned with its reason."""
    jobs, refusals = [], []
    for file in files:
        try:
            jobs.append(services.submit_video(user=user, upload=file, again=again, place=place))
        except NotAllowed:
            raise  # of none of the files, then
        except AppError as error:
            refusals.append((file.name, error))
    if not files:
        refusals.append(("", Invalid(_("Choose a video first."))))
    return jobs, refusals


def _upload_page(request: HttpRequest, choices: Choices, refusals: Sequence[tuple[str, AppError]] = ()) -> HttpResponse:
    limits = {"maxBytes": settings.RAUT_MAX_UPLOAD_MB * 2**20, "extensions": EXTENSIONS}
    context = {
        "refusals": refusals,
        "max_bytes": limits["maxBytes"],
        "max_minutes": settings.RAUT_MAX_VIDEO_MINUTES,
        "frame": VideoLimits(),
        "extensions": EXTENSIONS,
        "limits": limits,
        "choices": choices,
        "of": request.POST.get("of", ""),
    }
    return render(request, "analysis/upload.html", context, status=400 if refusals else 200)
