"""Letting people in by a letter: into a study as owner, analyst or viewer, or onto the platform."""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import timedelta
from smtplib import SMTPException
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.accounts.audit import record_event
from webplatform.accounts.models import User
from webplatform.accounts.permissions import admins, require_admin
from webplatform.common.errors import Conflict, Invalid, NotAllowed
from webplatform.studies.models import Invitation, Membership, Study
from webplatform.studies.permissions import require_owner
from webplatform.studies.roles import ROLES, Act, Role
from webplatform.studies.services import personal_study

VALID_FOR = timedelta(days=14)
SEND_AGAIN_AFTER = timedelta(minutes=1)
MAX_WAITING = 50  # of one person: nobody's address book is written to from here

logger = logging.getLogger(__name__)


def invite(*, by: User, email: str, study: Study | None = None, role: str = "") -> Invitation:
    """The address has a letter with a link that lets it in, once, for two weeks; without a study onto the platform.

    Whether the letter left is in `sent_at`.

    Raises:
        NotAllowed: `by` does not own the study, or is no admin.
        Invalid: it is no address, or there is no such role.
        Conflict: they are in already, are invited already, or too many letters wait.
    """
    email = User.objects.normalize_email(email.strip())
    _require_right(by, study)
    _check(email, study, role)
    key = secrets.token_urlsafe(32)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)
        waiting = Invitation.objects.filter(expires_at__gt=timezone.now())
        if waiting.filter(study=study, email__iexact=email).exists():
            raise Conflict(_("This address is invited already. Send the invitation again instead."), field="email")
        if waiting.filter(created_by=by).count() >= MAX_WAITING:
            raise Conflict(_("Too many of your invitations wait for an answer. Revoke some first."))
        invitation = Invitation.objects.create(
            email=email,
            study=study,
            role=role,
            digest=key_digest(key),
            created_by=by,
            expires_at=timezone.now() + VALID_FOR,
        )
        _record("invitation.created", by, invitation)
    return _send(invitation, key)


def send_again(*, invitation: Invitation, by: User) -> Invitation:
    """The address has a new letter, valid for two weeks; the link of the letter before opens nothing any more.

    Raises:
        NotAllowed: `by` may not invite here.
        Conflict: the last letter left less than a minute ago, or the invitation is gone.
    """
    _require_right(by, invitation.study)
    now = timezone.now()
    if invitation.sent_at and now - invitation.sent_at < SEND_AGAIN_AFTER:
        raise Conflict(_("The invitation was sent just now. Wait a minute."))
    key = secrets.token_urlsafe(32)
    changes = {"digest": key_digest(key), "expires_at": now + VALID_FOR, "created_by": by, "sent_at": None}
    with transaction.atomic():
        if not Invitation.objects.filter(pk=invitation.pk, digest=invitation.digest).update(**changes):
            raise Conflict(_("This invitation was used or revoked."))
        invitation.refresh_from_db()
        _record("invitation.sent_again", by, invitation)
    return _send(invitation, key)


@transaction.atomic
def revoke(*, invitation: Invitation, by: User) -> None:
    """The letter's link opens nothing any more. Revoking twice is the same as once.

    Raises NotAllowed where `by` may not invite here.
    """
    _require_right(by, invitation.study)
    if Invitation.objects.filter(pk=invitation.pk).delete()[0]:
        _record("invitation.revoked", by, invitation)


@transaction.atomic
def accept(*, invitation: Invitation, user: User) -> None:
    """The user is in, and the invitation is used up. Who is a member already keeps their role.

    Raises:
        NotAllowed: the invitation is to somebody else's address.
        Conflict: it was used, revoked or sent again in the meantime.
    """
    if not is_to(invitation, user):
        raise NotAllowed(_("This invitation is for another e-mail address."))
    if not valid_invitations().filter(pk=invitation.pk, digest=invitation.digest).exists():
        raise Conflict(_("This invitation was used or revoked."))
    if not Invitation.objects.filter(pk=invitation.pk, digest=invitation.digest).delete()[0]:
        raise Conflict(_("This invitation was used or revoked."))
    if invitation.study is not None:
        Membership.objects.get_or_create(study=invitation.study, user=user, defaults={"role": invitation.role})
    _record("invitation.accepted", user, invitation)


@transaction.atomic
def accept_as_newcomer(*, invitation: Invitation, password: str) -> User:
    """There is an account of the invited address, confirmed by the letter, and it is in; also where sign-up is closed.

    Raises Conflict where the address has an account, or the invitation was used or revoked in the meantime.
    """
    if account_of(invitation) or EmailAddress.objects.filter(email__iexact=invitation.email, verified=True).exists():
        raise Conflict(_("There is an account with this address. Log in to accept."))
    user = User.objects.create_user(invitation.email, password)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    personal_study(user)
    record_event("account.created", actor=user, target=f"user:{user.pk}", invited=True)
    accept(invitation=invitation, user=user)
    return user


def valid_invitations() -> QuerySet[Invitation]:
    """Invitations that are valid: not too old, and their sender may still invite."""
    by_owner = Q(study__memberships__user=F("created_by"), study__memberships__role__in=ROLES[Act.OWN])
    by_admin = Q(study=None, created_by__in=admins())
    unexpired = Invitation.objects.filter(expires_at__gt=timezone.now(), created_by__is_active=True)
    return unexpired.filter(by_owner | by_admin).select_related("study", "created_by").distinct()


def account_of(invitation: Invitation) -> User | None:
    """The account of the invited address."""
    return User.objects.filter(email__iexact=invitation.email).first()


def is_to(invitation: Invitation, user: User) -> bool:
    """Whether the invited address is the user's."""
    addresses = {user.email, *EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)}
    return invitation.email.casefold() in {address.casefold() for address in addresses}


def key_digest(key: str) -> str:
    """SHA-256 of a link's key, hex."""
    return hashlib.sha256(key.encode()).hexdigest()


def _require_right(by: User, study: Study | None) -> None:
    if study is not None:
        require_owner(study, by)
    else:
        require_admin(by)


def _check(email: str, study: Study | None, role: str) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(_("This is no e-mail address."), field="email") from error
    if study is None:
        if User.objects.filter(email__iexact=email).exists():
            raise Conflict(_("This address has an account already."), field="email")
        return
    if role not in Role.values:
        raise Invalid(_("This is not one of the choices."), field="role")
    if study.is_personal:
        raise Conflict(_("The personal study is for its owner alone. Make another one to work together."))
    if study.memberships.filter(user__email__iexact=email).exists():
        raise Conflict(_("This person is a member already."), field="email")


def _send(invitation: Invitation, key: str) -> Invitation:
    context = {
        "invitation": invitation,
        "address": f"{settings.PUBLIC_URL}/invitation/{key}/",
        "current_site": {"domain": urlsplit(settings.PUBLIC_URL).netloc},
    }
    subject = " ".join(render_to_string("studies/email/invitation_subject.txt", context).split())
    text = render_to_string("studies/email/invitation.txt", context)
    try:
        if not send_mail(f"Raut: {subject}", text, None, [invitation.email]):
            return invitation
    except (OSError, SMTPException) as error:
        logger.warning("Invitation %s could not be sent: %s", invitation.pk, type(error).__name__)
        return invitation
    invitation.sent_at = timezone.now()
    Invitation.objects.filter(pk=invitation.pk).update(sent_at=invitation.sent_at)
    return invitation


def _record(action: str, actor: User, invitation: Invitation) -> None:
    target, role = f"invitation:{invitation.pk}", invitation.role
    record_event(action, actor=actor, study_id=invitation.study_id, target=target, role=role)
