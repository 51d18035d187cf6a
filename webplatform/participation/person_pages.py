"""A participant's page for the study's members: variables, sessions, consents, requests and links."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from webplatform.common.errors import AppError, NotAllowed
from webplatform.consent.consent_status import consent_status_of
from webplatform.consent.queries import consent_history
from webplatform.dashboard.queries import listed_sessions, rows_of
from webplatform.history.selection import Selection
from webplatform.participation.participants import change_participant
from webplatform.studies.models import Participant
from webplatform.studies.permissions import role_in
from webplatform.studies.roles import Act, may

VARIABLE = "variable-"  # what the fields of variables are called, before the variable's number
SESSIONS = 50


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def participant(request: HttpRequest, pk: UUID, participant_pk: UUID) -> HttpResponse:
    """Show a participant; a POST changes pseudonym, condition and variables."""
    participants = Participant.objects.for_user(request.user).select_related("study", "condition")
    person = get_object_or_404(participants, study=pk, pk=participant_pk)
    if request.method == "GET":
        return _page(request, person)
    try:
        _change(request, person)
    except NotAllowed:
        raise
    except AppError as error:
        sent = {key: value for key, value in request.POST.items() if key != "csrfmiddlewaretoken"}
        return _page(request, get_object_or_404(participants, pk=participant_pk), sent=sent, error=error)
    messages.success(request, _("Saved."))
    return redirect("participation:participant", pk, participant_pk)


def _change(request: HttpRequest, person: Participant) -> None:
    sent = request.POST
    names = {str(variable.pk): variable.name for variable in person.study.variables.all()}
    values = {
        names[key.removeprefix(VARIABLE)]: value
        for key, value in sent.items()
        if key.startswith(VARIABLE) and key.removeprefix(VARIABLE) in names
    }
    chosen = sent.get("condition", "")
    condition = next((one for one in person.study.conditions.all() if str(one.pk) == chosen), None)
    change_participant(
        participant=person,
        user=request.user,
        pseudonym=sent.get("pseudonym"),
        variables=values,
        condition=condition if "condition" in sent else "same",
    )


def _page(
    request: HttpRequest, person: Participant, *, sent: dict[str, str] | None = None, error: AppError | None = None
) -> HttpResponse:
    role = role_in(person.study, request.user)
    sessions = listed_sessions(request.user, Selection(participant=person.pk))
    context = {
        "study": person.study,
        "participant": person,
        "is_owner": may(Act.OWN, role),
        "is_recorder": may(Act.RECORD, role),
        "standing": consent_status_of(person),
        "fields": _fields(person, sent or {}),
        "pseudonym": (sent or {}).get("pseudonym", person.pseudonym),
        "conditions": person.study.conditions.all(),
        "rows": rows_of(request.user, sessions[:SESSIONS]),
        "session_count": sessions.count(),
        "records": consent_history(person),
        "requests": person.requests.order_by("-asked_at"),
        "links": person.links.all(),
        "now": timezone.now(),
        "error": error,
        "wrong": error.details.get("field") if error else None,
    }
    return render(request, "participation/participant.html", context, status=error.status if error else 200)


def _fields(person: Participant, sent: dict[str, str]) -> list[dict[str, object]]:
    """The variables as fields of a form, with what was sent or what is known."""
    fields = []
    for variable in person.study.variables.all():
        name = f"{VARIABLE}{variable.pk}"
        stored = person.values.get(str(variable.pk), "")
        fields.append({"name": name, "variable": variable, "value": sent.get(name, str(stored))})
    return fields
