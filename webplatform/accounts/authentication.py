"""How programs prove whom they act for: `Authorization: Bearer …` or `Token …`, never in the URL."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from webplatform.accounts.models import ApiToken, User
from webplatform.accounts.scopes import scope_of
from webplatform.accounts.tokens import KEYWORDS, valid_token
from webplatform.accounts.two_factor import lacks_second_factor
from webplatform.common.errors import ScopeMissing, SecondFactorMissing

NOTED_EVERY = timedelta(minutes=1)


def _note_use(token: ApiToken) -> None:
    """The token says when it was last used, to a minute: writing with every request would make readers wait."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at >= NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


def require_scope(token: ApiToken, request: Request) -> None:
    """Raises ScopeMissing where the token may not do what is asked, SecondFactorMissing where its owner may not."""
    view = (getattr(request, "parser_context", None) or {}).get("view")
    scope = scope_of(view, request.method)
    if scope not in token.scopes:
        raise ScopeMissing(_("This token lacks the scope “%(scope)s”.") % {"scope": scope}, scope=scope)
    if scope == ApiToken.Scope.ADMIN and lacks_second_factor(token.user):
        raise SecondFactorMissing(_("As an admin you need two-factor login. Turn it on to go on."))


class TokenAuthentication(BaseAuthentication):
    """Signs a request in by its API token; requests without one are left to the next scheme."""

    keyword = "Token"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).decode("latin-1").split()
        if not parts or parts[0].lower() not in KEYWORDS:
            return None
        if len(parts) != 2:
            raise AuthenticationFailed("The header must read: Authorization: Token <key>.")
        token = valid_token(parts[1])
        if token is None:
            raise AuthenticationFailed("This token is not valid or has expired.")
        _note_use(token)
        require_scope(token, request)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class TokenScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI document describes `TokenAuthentication`."""

    target_class = TokenAuthentication
    name = ["bearer", "token"]

    def get_security_requirement(self, auto_schema: object) -> list[dict[str, list[str]]]:
        return [{name: []} for name in self.name]  # one of them is enough

    def get_security_definition(self, auto_schema: object) -> list[dict[str, str]]:
        note = "keys are made on the account page, each with its scopes."
        token = {"type": "apiKey", "in": "header", "name": "Authorization", "description": f"`Token <key>`; {note}"}
        return [{"type": "http", "scheme": "bearer", "description": f"`Bearer <key>`; {note}"}, token]
