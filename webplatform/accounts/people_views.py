"""The admins' page of accounts: find one, disable or enable it, remove a lost second factor."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from webplatform.accounts import people
from webplatform.accounts.models import User
from webplatform.accounts.staff import staff_only
from webplatform.common.errors import AppError

ROWS = 25


@login_required
@staff_only
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The accounts; `q` narrows them to an address or a name."""
    text = request.GET.get("q", "").strip()
    page = Paginator(people.people(text), ROWS).get_page(request.GET.get("page"))
    return render(request, "accounts/people.html", {"page": page, "text": text})


@login_required
@staff_only
@require_POST
def disable(request: HttpRequest, pk: int) -> HttpResponse:
    """Shut a person out."""
    return _done(request, pk, people.disable_account, _("The account of %(email)s is disabled."))


@login_required
@staff_only
@require_POST
def enable(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a person in again."""
    return _done(request, pk, people.enable_account, _("The account of %(email)s is enabled."))


@login_required
@staff_only
@require_POST
def remove_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a person without their phone in by the password."""
    return _done(request, pk, people.remove_second_factor, _("%(email)s logs in with the password alone now."))


def _done(request: HttpRequest, pk: int, service: Callable[..., object], text: str) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    try:
        service(person=person, by=request.user)
        messages.success(request, text % {"email": person.email})
    except AppError as error:
        messages.error(request, error.message)
    return redirect("accounts:people")
