"""The audit log as a page: all of it for admins, each study's part for its owners."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from webplatform.accounts.audit import find_events
from webplatform.accounts.audit_names import names_of, target_of
from webplatform.accounts.models import User
from webplatform.accounts.permissions import is_admin

ROWS = 50


@login_required
@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    """Events, newest first; `action` narrows to those that begin so, `actor` to an address, `study` to an id."""
    if not is_admin(request.user) and not request.user.memberships.owners().exists():
        raise Http404
    chosen = {name: request.GET.get(name, "").strip() for name in ("action", "actor", "study")}
    study_id = _uuid(chosen["study"]) if chosen["study"] else None
    events = find_events(request.user, action=chosen["action"], actor=chosen["actor"], study_id=study_id)
    page = Paginator(events, ROWS).get_page(request.GET.get("page"))
    actors = User.objects.in_bulk({event.actor_id for event in page if event.actor_id})
    names = names_of(page, request.user)
    rows = [
        {"event": event, "actor": actors.get(event.actor_id), **_target_data(target_of(event), names)} for event in page
    ]
    return render(request, "accounts/audit.html", {"page": page, "rows": rows, "chosen": chosen})


def _target_data(target: str, names: dict[str, str]) -> dict[str, str]:
    return {"target": target, "kind": target.partition(":")[0], "name": names.get(target, "")}


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
