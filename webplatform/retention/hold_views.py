"""The admins' page of a purge that waits."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from webplatform.accounts.staff import staff_only
from webplatform.common.errors import Conflict
from webplatform.retention.guard import confirm_hold, open_hold
from webplatform.retention.words import counted


@login_required
@staff_only
@require_http_methods(["GET", "POST"])
def hold(request: HttpRequest) -> HttpResponse:
    """Why the purge stopped and what it would remove; POST confirms it."""
    hold = open_hold()
    if request.method == "POST":
        if hold is None or str(hold.pk) != request.POST.get("hold"):  # another one than the page showed
            messages.error(request, _("This purge does not wait any more."))
            return redirect("retention:hold")
        try:
            confirm_hold(hold=hold, by=request.user)
            messages.success(request, _("Confirmed: the next purge, within an hour, removes it."))
        except Conflict as error:
            messages.error(request, error.message)
        return redirect("retention:hold")
    return render(request, "retention/hold.html", {"hold": hold, "lines": counted(hold.counts) if hold else []})
