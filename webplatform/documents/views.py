"""The documents as pages and as texts to keep (`?as=md`)."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.text import slugify
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from webplatform.documents.assessment import assessment_of
from webplatform.documents.document import Document
from webplatform.documents.processing import record_of, record_of_platform
from webplatform.documents.schedule import retention_schedule
from webplatform.studies.models import Study
from webplatform.studies.services import require_owner


@require_GET
def retention(request: HttpRequest) -> HttpResponse:
    """What is kept how long: for everybody, signed in or not."""
    return _answer(request, retention_schedule())


@login_required
@require_GET
def platform_record(request: HttpRequest) -> HttpResponse:
    """The record of the whole platform, for admins."""
    if not request.user.is_staff:
        raise Http404
    return _answer(request, record_of_platform())


@login_required
@require_GET
def record(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The record of a study, for its owners."""
    return _answer(request, record_of(_owned(request, pk)))


@login_required
@require_GET
def assessment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The draft of a study's impact assessment, for its owners."""
    return _answer(request, assessment_of(_owned(request, pk)))


def _owned(request: HttpRequest, pk: UUID) -> Study:
    study = get_object_or_404(Study.objects.for_user(request.user), pk=pk)
    require_owner(study, request.user)
    return study


def _answer(request: HttpRequest, document: Document) -> HttpResponse:
    if request.GET.get("as") != "md":
        return render(request, "documents/document.html", {"document": document})
    name = slugify(document.title) or "document"
    headers = {"Content-Disposition": f'attachment; filename="{name}.md"', "Content-Language": get_language() or "en"}
    return HttpResponse(document.markdown(), content_type="text/markdown; charset=utf-8", headers=headers)
