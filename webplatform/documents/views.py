"""The documents as pages and as texts to keep (`?as=md`)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from webplatform.accounts.staff import staff_only
from webplatform.common.errors import AppError
from webplatform.documents.assessment import assessment_of
from webplatform.documents.document import Document
from webplatform.documents.processing import record_of, record_of_platform
from webplatform.documents.schedule import retention_schedule
from webplatform.studies.assessments import state_assessment
from webplatform.studies.models import Study
from webplatform.studies.permissions import owned_study


@require_GET
def retention(request: HttpRequest) -> HttpResponse:
    """What is kept how long: for everybody, signed in or not."""
    return _answer(request, retention_schedule())


@login_required
@staff_only
@require_GET
def platform_record(request: HttpRequest) -> HttpResponse:
    """The record of the whole platform, for admins."""
    return _answer(request, record_of_platform())


@login_required
@require_GET
def record(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The record of a study, for its owners."""
    study = owned_study(request.user, pk)
    return _answer(request, record_of(study), study=study, place="record")


@login_required
@require_http_methods(["GET", "POST"])
def assessment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The draft of a study's impact assessment, for its owners, and their word on it."""
    study = owned_study(request.user, pk)
    if request.method == "POST":
        stated = {name: request.POST.get(name, "") for name in ("assessment", "note")}
        try:
            state_assessment(study=study, user=request.user, **stated)
            messages.success(request, _("Your word is recorded."))
        except AppError as error:
            messages.error(request, error.message)
        return redirect("documents:assessment", study.pk)
    choices = Study.Assessment.choices[1:]
    return _answer(request, assessment_of(study), study=study, place="assessment", choices=choices)


def _answer(request: HttpRequest, document: Document, **context: object) -> HttpResponse:
    if request.GET.get("as") != "md":
        return render(request, "documents/document.html", {"document": document, **context})
    name = slugify(document.title) or "document"
    headers = {"Content-Disposition": f'attachment; filename="{name}.md"', "Content-Language": get_language() or "en"}
    return HttpResponse(document.markdown(), content_type="text/markdown; charset=utf-8", headers=headers)
