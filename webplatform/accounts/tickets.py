"""Tickets: how programs that have no login cookie open the live socket."""

from __future__ import annotations

from typing import Any  # the ASGI scope

from django.core import signing

from webplatform.accounts.models import ApiToken, User
from webplatform.accounts.tokens import valid_tokens
from webplatform.common.rate_limits.limits import consume

TICKET_SALT = "live-ticket"
TICKET_S = 60
SCHEME = "ticket "  # Authorization: Ticket …
SUBPROTOCOL = "raut.ticket."  # for browsers' scripts, which cannot send headers: its name goes on with the ticket


def issue_ticket(*, user: User, token: ApiToken | None = None) -> str:
    """A word that opens the live socket in the user's name for a minute, where no login cookie does.

    What it opened closes when the token that asked for it is revoked.

    Raises TooManyAttempts where the user asks for more than RAUT_RATE_LIVE.
    """
    consume("live", f"ticket:{user.pk}")
    return signing.dumps([user.pk, token.pk if token else None], salt=TICKET_SALT)


def user_of_ticket(ticket: str) -> User | None:
    """The active user whom a ticket speaks for; None for a forged or an old one, or where its token is revoked."""
    try:
        user_id, token_id = signing.loads(ticket, salt=TICKET_SALT, max_age=TICKET_S)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    if token_id is not None and not valid_tokens().filter(pk=token_id).exists():
        return None
    return User.objects.filter(pk=user_id, is_active=True).first()


def token_of_ticket(ticket: str) -> int | None:
    """The token that a ticket was asked for with."""
    try:
        return signing.loads(ticket, salt=TICKET_SALT, max_age=TICKET_S)[1]
    except (signing.BadSignature, TypeError, IndexError):
        return None


def ticket_of(scope: dict[str, Any]) -> str:
    """The ticket that a handshake brings along, never in its address; empty: none."""
    for name, value in scope.get("headers", []):
        if name.lower() == b"authorization" and value.lower().startswith(SCHEME.encode()):
            return value[len(SCHEME) :].decode("latin-1").strip()[:500]
    offered = [name for name in scope.get("subprotocols", []) if name.startswith(SUBPROTOCOL)]
    return offered[0].removeprefix(SUBPROTOCOL)[:500] if offered else ""


def subprotocol_of(scope: dict[str, Any]) -> str | None:
    """What the server says back where a script offered its ticket as the name of a protocol."""
    return next((name for name in scope.get("subprotocols", []) if name.startswith(SUBPROTOCOL)), None)
