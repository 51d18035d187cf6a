"""The dashboard's pages: they compose what the other apps know."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from webplatform.common.errors import NotAllowed
from webplatform.dashboard import queries
from webplatform.dashboard.words import progress_words
from webplatform.history.models import Session
from webplatform.history.queries import is_deletable_by
from webplatform.history.services import delete_session
from webplatform.retention.queries import going_soon
from webplatform.retention.words import counted

ROWS = 20


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The user's sessions, newest first, with search, filters and totals."""
    chosen = {name: request.GET.get(name, "") for name in ("q", "state", "source")}
    page = Paginator(queries.listed_sessions(request.user, **chosen), ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": queries.rows_of(request.user, page),
        "totals": queries.totals_of(request.user),
        "chosen": chosen,
        "is_filtered": any(chosen.values()),
        "sources": Session.Source.choices,
        "words": progress_words(),
        "going": counted(going_soon(request.user)),
    }
    return render(request, "dashboard/home.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask before a session is deleted; then delete it."""
    session = get_object_or_404(Session.objects.for_user(request.user).select_related("job"), pk=pk)
    if not is_deletable_by(session, request.user):
        raise NotAllowed(_("Only the study's owner or whoever recorded a session may delete it."))
    if request.method == "POST":
        delete_session(session=session, user=request.user)
        messages.success(request, _("“%(title)s” is deleted.") % {"title": session.title})
        return redirect("dashboard:home")
    return render(request, "dashboard/delete.html", {"row": queries.row_of(session), "session": session})
