"""The page that shows how a study's readings drift from week to week."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from webplatform.history.emotion_shares import shares_of
from webplatform.history.watch import DriftNotice, Week, weeks_of
from webplatform.studies.models import Study

NOTICE_TEXTS = {
    DriftNotice.UNLIKE_VALIDATION: _("The expressions are mixed quite unlike those that the model was validated on."),
    DriftNotice.MIX_CHANGED: _("The expressions are mixed quite unlike in the weeks before."),
    DriftNotice.MORE_DOUBT: _("The model is not sure much more often than in its validation."),
    DriftNotice.WORSE_PICTURES: _("Many more faces could not be scored than in the weeks before."),
}


@login_required
@require_GET
def watch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The study's weeks, newest first."""
    study = get_object_or_404(Study.objects.for_user(request.user), pk=pk)
    return render(request, "history/watch.html", {"study": study, "weeks": [_shown(w) for w in weeks_of(study)]})


def _shown(week: Week) -> dict[str, Any]:
    shares = shares_of({"share": week.counts.mix})
    return {
        "week": week,
        "shares": shares,
        "mostly": max(shares, key=lambda share: share.percent, default=None),
        "not_sure": _percent(week.counts.not_sure_share),
        "unscored": _percent(week.counts.unscored_share),
        "notices": [NOTICE_TEXTS[name] for name in week.notices],
    }


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
