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
    found = difference_between(first, second)
    context = {"first": first, "second": second, "found": found, **_told(found)}
    context["models"] = [one.model_version for one in (first, second) if one.model_version]
    return render(request, "history/difference.html", context)


def _told(found: dict[str, Any]) -> dict[str, Any]:
    shares = [
        {
            "key": row["emotion"],
            "name": EMOTION_NAMES[row["emotion"]],
            "first": 100 * row["first"],
            "second": 100 * row["second"],
            "gain": 100 * (row["second"] - row["first"]),
        }
        for row in found["shares"]
    ]
    return {
        "shares": shares,
        "agreement": 100 * found["same"] / found["readings"] if found["readings"] else None,
        "changes": [{**row, "was": _name(row["from"]), "now": _name(row["to"])} for row in found["changes"][:12]],
        "stretches": [
            {**row, "was": _name(row["from"]), "now": _name(row["to"]), "start": moment(row["start_ms"])}
            | {"seconds": (row["end_ms"] - row["start_ms"]) / 1000}
            for row in found["stretches"]
        ],
    }


def _name(emotion: str | None) -> str:
    return str(EMOTION_NAMES[emotion]) if emotion else _("not sure")
