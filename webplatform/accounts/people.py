"""What admins do to other people's accounts."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from webplatform.accounts.audit import record_event
from webplatform.accounts.events import account_disabled
from webplatform.accounts.logins import end_logins_of
from webplatform.accounts.models import ApiToken, User
from webplatform.accounts.permissions import require_admin
from webplatform.common.errors import Conflict


def people(text: str = "") -> QuerySet[User]:
    """All accounts whose address or name holds the text, by address."""
    matches = Q(email__icontains=text) | Q(first_name__icontains=text) | Q(last_name__icontains=text)
    has_second_factor = Authenticator.objects.filter(type=Authenticator.Type.TOTP).values("user")
    return User.objects.filter(matches).annotate(has_second_factor=Q(pk__in=has_second_factor)).order_by("email")


@transaction.atomic
def disable_account(*, person: User, by: User) -> User:
    """The person is shut out: logins, tokens, live connections and jobs end. Disabling twice is the same as once.

    Raises:
        NotAllowed: the user is no admin.
        Conflict: it is their own account; so there is always an admin left.
    """
    require_admin(by)
    if person.pk == by.pk:
        raise Conflict(_("You cannot disable your own account."))
    if User.objects.filter(pk=person.pk, is_active=True).update(is_active=False):
        person.refresh_from_db(fields=["is_active"])
        tokens, _models = ApiToken.objects.filter(user=person).delete()
        end_logins_of(person)
        account_disabled.send(sender=User, user=person)
        record_event("account.disabled", actor=by, target=f"user:{person.pk}", tokens=tokens)
    return person


@transaction.atomic
def enable_account(*, person: User, by: User) -> User:
    """The person may log in again; tokens have to be made anew. Enabling twice is the same as once.

    Raises NotAllowed if the user is no admin.
    """
    require_admin(by)
    if User.objects.filter(pk=person.pk, is_active=False).update(is_active=True):
        person.refresh_from_db(fields=["is_active"])
        record_event("account.enabled", actor=by, target=f"user:{person.pk}")
    return person


@transaction.atomic
def remove_second_factor(*, person: User, by: User) -> None:
    """The person logs in with the password alone, and may set a new second factor up: for a lost phone.

    Raises:
        NotAllowed: the user is no admin.
        Conflict: it is their own account: its page asks for the password.
    """
    require_admin(by)
    if person.pk == by.pk:
        raise Conflict(_("Turn your own second factor off on your account's page."))
    if Authenticator.objects.filter(user=person).delete()[0]:
        end_logins_of(person)
        record_event("two_factor.removed", actor=by, target=f"user:{person.pk}")
