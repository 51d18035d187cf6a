"""The page of a comparison, and the faces on it. Staff only."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from inference import EMOTIONS
from webplatform.accounts.staff import staff_only
from webplatform.common.errors import NotFound
from webplatform.learning.comparisons import comparison_page, face_of
from webplatform.learning.models import Comparison


@login_required
@staff_only
@require_GET
def comparison(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Two models side by side on the same frozen faces."""
    comparison = get_object_or_404(Comparison.objects.select_related("first", "second", "dataset"), pk=pk)
    context = {**comparison_page(comparison), "emotions": [str(emotion) for emotion in EMOTIONS]}
    return render(request, "learning/comparison.html", context)


@login_required
@staff_only
@require_GET
def face(request: HttpRequest, pk: UUID, place: int) -> HttpResponse:
    """One face on which the two differ; it stays on the server as soon as its person takes their consent back."""
    comparison = get_object_or_404(Comparison.objects.select_related("dataset"), pk=pk)
    try:
        png = face_of(comparison, place)
    except NotFound as error:
        raise Http404 from error
    return HttpResponse(png, content_type="image/png", headers={"Cache-Control": "private, no-store"})
