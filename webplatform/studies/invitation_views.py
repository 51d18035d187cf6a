"""The page that an invitation's link opens: for somebody new, who chooses a password, and for who has an account."""

from __future__ import annotations

from allauth.account.utils import perform_login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from webplatform.common.errors import AppError
from webplatform.studies import invitations
from webplatform.studies.forms import NewcomerForm
from webplatform.studies.models import Invitation

SESSION_KEY = "invitation"


@never_cache
@require_GET
def enter(request: HttpRequest, key: str) -> HttpResponse:
    """Move the key out of the address, and go to the page."""
    request.session[SESSION_KEY] = invitations.key_digest(key)
    return redirect("invitation")


@never_cache
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest) -> HttpResponse:
    """Read who invites to what, and accept."""
    invitation = invitations.valid_invitations().filter(digest=request.session.get(SESSION_KEY, "")).first()
    if invitation is None:
        return render(request, "studies/invitation_over.html", status=404)
    if request.user.is_authenticated:
        return _answer_as_user(request, invitation)
    if invitations.account_of(invitation):
        return _page(request, invitation, login_url=f"{reverse('account_login')}?next={reverse('invitation')}")
    return _answer_as_newcomer(request, invitation)


def _answer_as_user(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    if not invitations.is_to(invitation, request.user):
        return _page(request, invitation, is_other=True, status=403)
    if request.method == "GET":
        return _page(request, invitation)
    try:
        invitations.accept(invitation=invitation, user=request.user)
    except AppError as error:
        messages.error(request, error.message)
        return redirect("invitation")
    return _welcome(request, invitation)


def _answer_as_newcomer(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = NewcomerForm(request.POST or None, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        try:
            user = invitations.accept_as_newcomer(invitation=invitation, password=form.cleaned_data["password1"])
        except AppError as error:
            form.add_error(None, error.message)
        else:
            perform_login(request, user, email_verification="none")
            return _welcome(request, invitation)
    return _page(request, invitation, form=form, status=400 if form.errors else 200)


def _welcome(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    request.session.pop(SESSION_KEY, None)
    if invitation.study is None:
        messages.success(request, _("Welcome."))
        return redirect("dashboard:home")
    messages.success(request, _("Welcome to the study “%(study)s”.") % {"study": invitation.study.name})
    return redirect("results:study", invitation.study_id)


def _page(request: HttpRequest, invitation: Invitation, *, status: int = 200, **context: object) -> HttpResponse:
    return render(request, "studies/invitation.html", {"invitation": invitation, **context}, status=status)
