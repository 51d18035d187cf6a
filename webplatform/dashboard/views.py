"""The dashboard's pages: they compose what the other apps know."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from webplatform.dashboard import queries
from webplatform.dashboard.choices import conditions_to_give, filter_choices
from webplatform.dashboard.models import SavedView
from webplatform.dashboard.services import query_of
from webplatform.dashboard.welcome import welcome
from webplatform.history.bin import bin_of, bin_session, gone_at
from webplatform.history.models import Session
from webplatform.history.queries import require_deletable
from webplatform.history.selection import Selection
from webplatform.history.services import delete_session
from webplatform.history.session_inputs import selection_of
from webplatform.modelhub.models import ModelVersion
from webplatform.retention.queries import going_soon
from webplatform.retention.words import counted

ROWS = 20
MORE_FILTERS = ("source", "study", "participant", "condition", "by", "model", "since", "until")


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The user's sessions with search, filters, an order and totals; the address says what is shown."""
    if not request.user.is_authenticated:
        return welcome(request)
    selection = selection_of(request.GET.dict())
    page = Paginator(queries.listed_sessions(request.user, selection), ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": queries.rows_of(request.user, page),
        "totals": queries.totals_of(request.user),
        "chosen": {name: str(getattr(selection, name) or "") for name in Selection.__dataclass_fields__},
        "query": query_of(selection),
        "is_more": any(getattr(selection, name) for name in MORE_FILTERS),
        "sources": Session.Source.choices,
        "choices": filter_choices(request.user),
        "conditions": conditions_to_give(request.user),
        "models": ModelVersion.objects.all(),
        "views": SavedView.objects.for_user(request.user),
        "binned": bin_of(request.user).count(),
        "going": counted(going_soon(request.user)),
    }
    return render(request, "dashboard/home.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask before a session is deleted; then move it to the bin, or delete it for good."""
    session = get_object_or_404(Session.objects.for_user(request.user).select_related("job", "study"), pk=pk)
    require_deletable(session, request.user)
    if request.method == "POST":
        if request.POST.get("for_good") == "yes":
            delete_session(session=session, user=request.user)
            binned = None
        else:
            binned = bin_session(session=session, user=request.user)
        messages.success(request, _deletion_text(session, binned))
        return redirect("dashboard:home")
    context = {"row": queries.row_of(session), "session": session, "days": session.study.retention.bin_days}
    return render(request, "dashboard/delete.html", context)


def _deletion_text(session: Session, binned: Session | None) -> str:
    if binned is None:
        return _("“%(title)s” is deleted for good.") % {"title": session.title}
    day = date_format(timezone.localtime(gone_at(binned)), "DATE_FORMAT")
    return _("“%(title)s” is in the bin. It can be restored until %(day)s.") % {"title": session.title, "day": day}
