"""What an API token may do, and which scope each operation of the REST API needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS

from webplatform.accounts.models import ApiToken, User
from webplatform.accounts.permissions import is_admin
from webplatform.accounts.staff import IsAdmin

if TYPE_CHECKING:  # it loads the authentication, which loads this
    from rest_framework.views import APIView

Scope = ApiToken.Scope


def scopes_open_to(user: User) -> list[str]:
    """The scopes that a token of the user may have."""
    return [scope for scope in Scope.values if scope != Scope.ADMIN or is_admin(user)]


def scope_of(view: APIView | None, method: str) -> str:
    """The scope that a token needs for this operation.

    What only staff may do asks for `admin`; a view may name its own `scope`; otherwise the method decides. No view
    is left out: this is asked where tokens are read.
    """
    if view is not None and any(isinstance(permission, IsAdmin) for permission in view.get_permissions()):
        return Scope.ADMIN
    scope = getattr(view, "scope", None)
    return scope or (Scope.READ if method in SAFE_METHODS else Scope.WRITE)
