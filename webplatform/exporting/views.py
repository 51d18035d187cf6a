"""The pages of exports: choose a kind of file, see how far it is, fetch it, delete it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from webplatform.common.errors import AppError, NotAllowed
from webplatform.exporting.choosing import ExportSelection, choosing_page, rows_of, selection_sent
from webplatform.exporting.downloads import job_file
from webplatform.exporting.kinds import KINDS
from webplatform.exporting.models import ExportJob
from webplatform.exporting.options import Blur, checked_options
from webplatform.exporting.queries import jobs_of
from webplatform.exporting.services import delete_export_job, request_export_job

ROWS = 20


@login_required
@require_GET
def exports(request: HttpRequest) -> HttpResponse:
    """The user's exports, newest first."""
    page = Paginator(jobs_of(request.user), ROWS).get_page(request.GET.get("page"))
    context = {"page": page, "rows": rows_of(page), "is_busy": any(job.is_active for job in page)}
    return render(request, "exporting/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose what to make of sessions or of a study; a POST has it made."""
    sent = request.POST if request.method == "POST" else request.GET
    selection = selection_sent(request.user, sent)
    if request.method == "GET":
        return choosing_page(request, selection, sent)
    try:
        _request_export(request, selection)
    except NotAllowed:
        raise
    except AppError as error:
        return choosing_page(request, selection, sent, error)
    messages.success(request, _("Your file is being made. This page shows when it is ready."))
    return redirect("exporting:list")


@login_required
@require_GET
def file(request: HttpRequest, pk: UUID) -> StreamingHttpResponse:
    """The file of one of the user's exports."""
    return job_file(request, get_object_or_404(jobs_of(request.user), pk=pk))


@login_required
@require_POST
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete an export, or stop one that is being made."""
    delete_export_job(job=get_object_or_404(jobs_of(request.user), pk=pk))
    messages.success(request, _("The export is deleted."))
    return redirect("exporting:list")


def _request_export(request: HttpRequest, selection: ExportSelection) -> ExportJob:
    sent = request.POST
    kind = sent.get("format", "")
    faces = [int(text) for text in sent.getlist("face") if text.isdecimal() and len(text) < 10]
    blur = sent.get("blur", Blur.NONE) if kind == ExportJob.Format.VIDEO else Blur.NONE
    has_comma = sent.get("decimal_comma") == "yes" and kind in KINDS and KINDS[kind].has_decimal_comma
    return request_export_job(
        user=request.user,
        kind=kind,
        options=checked_options(faces=faces, blur=blur, decimal_comma=has_comma),
        language=get_language() or "en",
        sessions=[session.pk for session in selection.sessions],
        study=selection.study,
    )
