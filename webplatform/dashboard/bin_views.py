"""The page of the bin: what was deleted, the way back, and the end."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from webplatform.history.bin import bin_of, gone_at, restore_session
from webplatform.history.models import Session
from webplatform.history.services import delete_session

ROWS = 50


@login_required
@never_cache
@require_GET
def bin_page(request: HttpRequest) -> HttpResponse:
    """What the user has deleted, or may restore in the studies that they own."""
    page = Paginator(bin_of(request.user), ROWS).get_page(request.GET.get("page"))
    rows = [{"session": session, "gone_at": gone_at(session)} for session in page]
    return render(request, "dashboard/bin.html", {"page": page, "rows": rows})


@login_required
@require_POST
def restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a session out of the bin."""
    session = restore_session(session=_binned(request, pk), user=request.user)
    messages.success(request, _("“%(title)s” is restored.") % {"title": session.title})
    return redirect("dashboard:bin")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask before a session of the bin is deleted for good; then delete it."""
    session = _binned(request, pk)
    if request.method == "POST":
        delete_session(session=session, user=request.user)
        messages.success(request, _("“%(title)s” is deleted for good.") % {"title": session.title})
        return redirect("dashboard:bin")
    return render(request, "dashboard/bin_end.html", {"session": session})


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def empty(request: HttpRequest) -> HttpResponse:
    """Ask before everything in the bin is deleted for good; then delete what the page has named."""
    sessions = list(bin_of(request.user))
    if request.method == "POST":
        listed = set(request.POST.getlist("session"))
        ended = [delete_session(session=one, user=request.user) for one in sessions if str(one.pk) in listed]
        text = ngettext("%(n)d session is deleted for good.", "%(n)d sessions are deleted for good.", len(ended))
        messages.success(request, text % {"n": len(ended)})
        return redirect("dashboard:bin")
    return render(request, "dashboard/bin_end.html", {"sessions": sessions})


def _binned(request: HttpRequest, pk: UUID) -> Session:
    return get_object_or_404(bin_of(request.user), pk=pk)
