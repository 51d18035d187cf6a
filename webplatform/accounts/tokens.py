"""API tokens: what is kept of one, and which are still good."""

from __future__ import annotations

import functools
import hashlib
import json
from datetime import UTC, datetime

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from webplatform.accounts.models import ApiToken, User

KEYWORDS = ("token", "bearer")  # before the key in `Authorization`; the second is what most programs send by themselves
TOKEN_FIELDS, TOKEN_TIMES = ("id", "name", "prefix", "scopes"), ("created_at", "last_used_at", "expires_at")


def token_digest(token: str) -> str:
    """SHA-256 of a token, hex: what is stored and looked up."""
    return hashlib.sha256(token.encode()).hexdigest()


def valid_token(key: str) -> ApiToken | None:
    """The token that a key opens, while it lasts and its user is active."""
    digest = token_digest(key)
    user = next(iter(User.objects.raw(_lookup_sql(connection.vendor), [digest])), None)
    if user is None or not user.is_active:
        return None
    token = ApiToken(user=user, digest=digest, **{name: getattr(user, f"token_{name}") for name in TOKEN_FIELDS})
    for name in TOKEN_TIMES:
        setattr(token, name, _aware(getattr(user, f"token_{name}")))
    token.scopes = json.loads(token.scopes) if isinstance(token.scopes, str) else token.scopes
    token._state.adding = False  # it is a row
    return None if token.is_expired else token


@functools.cache
def _lookup_sql(vendor: str) -> str:
    """A token and its user by the digest; making this text anew would take ten times as long as asking it."""
    users = User.objects.filter(api_tokens__digest="looked for").order_by()
    token_columns = {f"token_{name}": F(f"api_tokens__{name}") for name in (*TOKEN_FIELDS, *TOKEN_TIMES)}
    return str(users.annotate(**token_columns).query.sql_with_params()[0])


def _aware(moment: datetime | None) -> datetime | None:
    """SQLite keeps times in UTC, and does not say so."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def valid_tokens() -> QuerySet[ApiToken]:
    """The tokens that have not expired; a revoked one has no row."""
    return ApiToken.objects.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
