"""Changes of an account's API tokens."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.accounts.audit import record_event
from webplatform.accounts.models import ApiToken, User
from webplatform.accounts.scopes import scopes_open_to
from webplatform.accounts.tokens import token_digest
from webplatform.common.errors import Conflict, Invalid

KEY_BEGINS_WITH = "raut_"  # lets secret scanners recognise a leaked key
MAX_TOKENS = 20


@transaction.atomic
def create_token(
    *, user: User, name: str, days: int | None = None, scopes: Iterable[str] | None = None
) -> tuple[ApiToken, str]:
    """Give `user` a new key for the REST API that lasts `days` (None: until revoked); the key is returned only here.

    Without `scopes` it may do all that its user may.

    Raises:
        Invalid: an empty or overlong name, days below 1, or a scope that is unknown or not the user's to give.
        Conflict: the user has too many tokens.
    """
    allowed = scopes_open_to(user)
    requested = set(allowed if scopes is None else scopes)
    if not requested or not requested <= set(allowed):
        raise Invalid(_("A token needs at least one scope, and only such as its owner has."), field="scopes")
    name = name.strip()
    if not 0 < len(name) <= 80:
        raise Invalid(_("A token needs a name of at most 80 characters."))
    if days is not None and days < 1:
        raise Invalid(_("A token lasts at least one day."))
    if ApiToken.objects.filter(user=user).count() >= MAX_TOKENS:
        raise Conflict(_("You have %(limit)d tokens. Revoke one first.") % {"limit": MAX_TOKENS})
    key = KEY_BEGINS_WITH + secrets.token_urlsafe(32)
    expires_at = timezone.now() + timedelta(days=days) if days else None
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=key[len(KEY_BEGINS_WITH) :][:8],
        digest=token_digest(key),
        scopes=[scope for scope in allowed if scope in requested],
        expires_at=expires_at,
    )
    record_event("token.created", actor=user, target=f"token:{token.pk}", scopes=token.scopes)
    return token, key


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User | None = None) -> None:
    """The token opens nothing any more. Revoking twice is the same as once."""
    if ApiToken.objects.filter(pk=token.pk).delete()[0]:
        record_event("token.revoked", actor=by, target=f"token:{token.pk}")
