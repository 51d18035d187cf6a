"""Who is an admin: the one place that says so. What admins may in a study they may as its members."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.common.errors import NotAllowed


def is_admin(user: User | AnonymousUser) -> bool:
    """Whether the user administrates the platform: accounts, models, approvals, the purge."""
    return user.is_active and user.is_staff


def admins() -> QuerySet[User]:
    """The accounts that administrate the platform."""
    return User.objects.filter(is_active=True, is_staff=True)


def require_admin(user: User) -> None:
    """Raises NotAllowed for everybody but admins."""
    if not is_admin(user):
        raise NotAllowed(_("Only admins may do this."))
