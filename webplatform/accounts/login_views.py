"""The page of a person's logins: where they are signed in, and the ways to end it."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from webplatform.accounts.logins import end_login, end_other_logins, logins_of


@login_required
@never_cache
@require_GET
def logins(request: HttpRequest) -> HttpResponse:
    """Where the person is signed in."""
    return render(request, "accounts/logins.html", {"logins": logins_of(request)})


@login_required
@require_POST
def end_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign one browser out."""
    end_login(login=get_object_or_404(UserSession, pk=pk, user=request.user), by=request.user)
    messages.success(request, _("That browser is signed out."))
    return redirect("accounts:logins")


@login_required
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    end_other_logins(request)
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("accounts:logins")
