"""The page on a model for everybody who reads its results."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from webplatform.learning.cards import sections_of
from webplatform.modelhub.bundles import bundle_of
from webplatform.modelhub.models import ModelVersion


@login_required
@require_GET
def about(request: HttpRequest, pk: int) -> HttpResponse:
    """A model's card, its weaknesses first: for every signed-in user."""
    version = get_object_or_404(ModelVersion, pk=pk)
    file = bundle_of(version) / "MODEL_CARD.md"
    card = file.read_text(encoding="utf-8") if file.is_file() else ""
    return render(request, "learning/about_model.html", {"version": version, "sections": sections_of(card)})
