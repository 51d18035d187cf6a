"""The page on which a study's owner gets what other researchers may have."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from webplatform.history.sharing import StaysBack, sharing_of
from webplatform.studies.permissions import owned_study


@login_required
@never_cache
@require_GET
def sharing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How many sessions go into the file, how many stay and why, and the file."""
    study = owned_study(request.user, pk)
    sharing_counts = sharing_of(study)
    left_out = [(StaysBack(why).label, n) for why, n in sharing_counts.left_out.items()]
    context = {
        "study": study,
        "sessions": sharing_counts.sessions,
        "left_out": left_out,
        "staying": sum(sharing_counts.left_out.values()),
    }
    return render(request, "history/sharing.html", context)
