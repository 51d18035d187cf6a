"""The page of a study's members and the invitations that wait; and the admins' page of invitations to the platform."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from webplatform.accounts.staff import staff_only
from webplatform.common.errors import AppError, NotAllowed
from webplatform.common.http.pages import tell
from webplatform.studies import invitations, members
from webplatform.studies.forms import InvitationForm, PlatformInvitationForm
from webplatform.studies.models import Invitation, Membership, Study
from webplatform.studies.queries import members_of
from webplatform.studies.roles import Act, Role, may


@login_required
@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who belongs to the study; its owners invite others here."""
    study = _study(request, pk)
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _invited(request, form, study):
        return redirect("studies:members", study.pk)
    membership = study.memberships.get(user=request.user)
    context = {
        "study": study,
        "members": members_of(study),
        "invitations": Invitation.objects.for_user(request.user).filter(study=study),
        "is_owner": may(Act.OWN, membership.role),
        "roles": Role.choices,
        "form": form,
        "now": timezone.now(),
    }
    return render(request, "studies/members.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def change(request: HttpRequest, pk: UUID, user_pk: int) -> HttpResponse:
    """Give a member another role."""
    membership, role = _member(request, pk, user_pk), request.POST.get("role", "")
    return _done(
        request,
        lambda: members.change_role(membership=membership, role=role, by=request.user),
        _("The role is changed."),
        ("studies:members", pk),
    )


@login_required
@require_POST
def remove(request: HttpRequest, pk: UUID, user_pk: int) -> HttpResponse:
    """Remove a member, or leave."""
    membership = _member(request, pk, user_pk)
    is_leaving = membership.user_id == request.user.pk
    text = _("You have left the study.") if is_leaving else _("The person is removed from the study.")
    target = ("studies:list",) if is_leaving else ("studies:members", pk)
    action = lambda: members.remove_member(membership=membership, by=request.user)  # noqa: E731
    return _done(request, action, text, target)


@login_required
@require_POST
def send_again(request: HttpRequest, invitation_pk: int) -> HttpResponse:
    """Send an invitation's letter again."""
    invitation = _invitation(request, invitation_pk)

    def send() -> None:
        if invitations.send_again(invitation=invitation, by=request.user).sent_at is None:
            raise AppError(_("The mail could not be sent. Try again later."))

    return _done(request, send, _("The invitation is sent again."), _list_page(invitation))


@login_required
@require_POST
def revoke(request: HttpRequest, invitation_pk: int) -> HttpResponse:
    """Take an invitation back."""
    invitation = _invitation(request, invitation_pk)
    return _done(
        request,
        lambda: invitations.revoke(invitation=invitation, by=request.user),
        _("The invitation is revoked."),
        _list_page(invitation),
    )


@login_required
@staff_only
@require_http_methods(["GET", "POST"])
def platform(request: HttpRequest) -> HttpResponse:
    """For admins: invite somebody onto the platform, and see who has not come yet."""
    form = PlatformInvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _invited(request, form, None):
        return redirect("studies:invitations")
    waiting = Invitation.objects.filter(study=None)
    context = {"form": form, "invitations": waiting, "now": timezone.now()}
    return render(request, "studies/invitations.html", context, status=400 if form.errors else 200)


def _study(request: HttpRequest, pk: UUID) -> Study:
    return get_object_or_404(Study.objects.for_user(request.user), pk=pk)


def _member(request: HttpRequest, pk: UUID, user_pk: int) -> Membership:
    memberships = Membership.objects.filter(study=_study(request, pk)).select_related("study")
    return get_object_or_404(memberships, user_id=user_pk)


def _invitation(request: HttpRequest, pk: int) -> Invitation:
    return get_object_or_404(Invitation.objects.for_user(request.user).select_related("study"), pk=pk)


def _list_page(invitation: Invitation) -> tuple[object, ...]:
    return ("studies:members", invitation.study_id) if invitation.study_id else ("studies:invitations",)


def _invited(request: HttpRequest, form: InvitationForm | PlatformInvitationForm, study: Study | None) -> bool:
    try:
        invitation = invitations.invite(by=request.user, study=study, **form.cleaned_data)
    except NotAllowed:
        raise
    except AppError as error:
        field = error.details.get("field")
        form.add_error(field if field in form.fields else None, error.message)
        return False
    if invitation.sent_at is None:
        messages.warning(request, _("The mail could not be sent. Try again later."))
    else:
        messages.success(request, _("%(email)s is invited.") % {"email": invitation.email})
    return True


def _done(request: HttpRequest, action: Callable[[], object], text: str, target: tuple[object, ...]) -> HttpResponse:
    try:
        action()
        messages.success(request, text)
    except AppError as error:
        tell(request, error)
        if target == ("studies:list",):  # who could not leave is still a member
            return redirect("studies:members", request.resolver_match.kwargs["pk"])
    return redirect(*target)
