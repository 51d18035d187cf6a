"""How programs open a WebSocket: with an API token or a ticket in the handshake; cookies are ignored then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any  # the ASGI scope

from channels.security.websocket import AllowedHostsOriginValidator

from webplatform.accounts.models import User
from webplatform.accounts.tickets import ticket_of, token_of_ticket, user_of_ticket
from webplatform.accounts.tokens import valid_token, valid_tokens

SCHEMES = (b"token ", b"bearer ")

App = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Proven:
    """Whom a handshake speaks for.

    Args:
        token_id: the token that it rests on; None for a ticket that was asked for by a login.
    """

    user: User
    token_id: int | None


class ProofOrOrigin:
    """A handshake with a token or a ticket needs no Origin, and its cookies are not looked at; any other one does.

    A browser sends cookies by itself, from whatever site opens the socket; a key it does not know.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._checked = AllowedHostsOriginValidator(app)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:  # ASGI's callables
        if not has_proof(scope):
            await self._checked(scope, receive, send)
            return
        headers = [(name, value) for name, value in scope["headers"] if name.lower() != b"cookie"]
        await self._app({**scope, "headers": headers}, receive, send)


def has_proof(scope: dict[str, Any]) -> bool:
    """Whether a handshake brings a token or a ticket, valid or not."""
    return bool(key_of(scope) or ticket_of(scope))


def proven_by(scope: dict[str, Any], needed: str) -> Proven | None:
    """Whom the handshake's token or ticket speaks for; None where it is not valid or lacks the scope.

    A ticket is made for the live socket: for any other one its token must have the scope as well.
    """
    if key := key_of(scope):
        token = valid_token(key)
        return Proven(token.user, token.pk) if token and needed in token.scopes else None
    ticket = ticket_of(scope)
    user = user_of_ticket(ticket) if ticket else None
    if user is None:
        return None
    token_id = token_of_ticket(ticket)
    if token_id is None:
        return Proven(user, None)
    token = valid_tokens().filter(pk=token_id).first()
    return Proven(user, token_id) if token and needed in token.scopes else None


def still_holds(proven: Proven) -> bool:
    """Whether the token was not revoked and the account not disabled since."""
    is_active = User.objects.filter(pk=proven.user.pk, is_active=True, login_epoch=proven.user.login_epoch).exists()
    return is_active and (proven.token_id is None or valid_tokens().filter(pk=proven.token_id).exists())


def key_of(scope: dict[str, Any]) -> str:
    """The API token that a handshake brings in its header; empty: none."""
    for name, value in scope.get("headers", []):
        if name.lower() == b"authorization" and value.lower().startswith(SCHEMES):
            return value.partition(b" ")[2].decode("latin-1").strip()[:500]
    return ""
