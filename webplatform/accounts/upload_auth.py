"""Who sends a large body: decided by the request's headers, before its first byte is received."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from webplatform.accounts.models import ApiToken, User
from webplatform.accounts.permissions import is_admin
from webplatform.accounts.tokens import KEYWORDS, valid_token
from webplatform.accounts.two_factor import lacks_second_factor
from webplatform.common.http.large_bodies import NotAuthenticated, Scope


def require_login(scope: Scope, size_bytes: int) -> None:
    """Raise NotAuthenticated unless the client may write. The view checks the rest before it reads."""
    sender_of(scope, ApiToken.Scope.WRITE)


def require_admin(scope: Scope, size_bytes: int) -> None:
    """Check that the client is an admin; raise NotAuthenticated otherwise."""
    user = sender_of(scope, ApiToken.Scope.ADMIN)
    if not is_admin(user) or lacks_second_factor(user):
        raise NotAuthenticated


def sender_of(scope: Scope, token_scope: str) -> User:
    """Return whose token or login the request carries.

    Raises:
        NotAuthenticated: nobody's, or the token lacks the scope.
    """
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    words = headers.get(b"authorization", "").split()
    if words:
        token = valid_token(words[1]) if len(words) == 2 and words[0].lower() in KEYWORDS else None
        if token is None or token_scope not in token.scopes:
            raise NotAuthenticated
        return token.user
    user = _signed_in(headers.get(b"cookie", ""))
    if user is None:
        raise NotAuthenticated
    return user


def _signed_in(cookies: str) -> User | None:
    try:
        cookie = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    if cookie is None:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(cookie.value)
    user = get_user(request)
    return user if user.is_authenticated and user.is_active else None
