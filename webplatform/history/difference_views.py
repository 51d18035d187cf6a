"""The page of what two models say of one video."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from webplatform.history.differences import difference_between
from webplatform.history.queries import sessions_of
from webplatform.history.words import EMOTION_NAMES, moment


@login_required
@require_GET
def difference(request: HttpRequest, pk: UUID, other: UUID) -> HttpResponse:
    """What two models say of one video."""
    first, second = (get_object_or_404(sessions_of(request.user), pk=key) for key in (pk, other))
    differences = difference_between(first, second)
    context = {"first": first, "second": second, "differences": differences, **_context_of(differences)}
    context["models"] = [one.model_version for one in (first, second) if one.model_version]
    return render(request, "history/difference.html", context)


def _context_of(differences: dict[str, Any]) -> dict[str, Any]:
    shares = [
        {
            "key": row["emotion"],
            "name": EMOTION_NAMES[row["emotion"]],
            "first": 100 * row["first"],
            "second": 100 * row["second"],
            "gain": 100 * (row["second"] - row["first"]),
        }
        for row in differences["shares"]
    ]
    return {
        "shares": shares,
        "agreement": 100 * differences["same"] / differences["readings"] if differences["readings"] else None,
        "changes": [{**row, "was": _name(row["from"]), "now": _name(row["to"])} for row in differences["changes"][:12]],
        "stretches": [
            {**row, "was": _name(row["from"]), "now": _name(row["to"]), "start": moment(row["start_ms"])}
            | {"seconds": (row["end_ms"] - row["start_ms"]) / 1000}
            for row in differences["stretches"]
        ],
    }


def _name(emotion: str | None) -> str:
    return str(EMOTION_NAMES[emotion]) if emotion else _("not sure")
