"""How often the REST API answers one token, one login and one account."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from webplatform.common.rate_limits.limits import address_of, consume, consume_all, rate_usage

ACCOUNT_SHARE = 4  # all of an account's tokens and logins together have so many times what one of them has


class ApiThrottle(BaseThrottle):
    """Reading and writing apart, for each token, and for all that an account does; without one, for the address."""

    def allow_request(self, request: Request, view: object) -> bool:
        is_known = request.user and request.user.is_authenticated
        user_id, token_id = (request.user.pk, getattr(request.auth, "pk", None)) if is_known else (None, None)
        count_request(request._request, user_id, token_id)
        return True


def count_request(request: HttpRequest, user_id: int | None, token_id: int | None) -> None:
    """One more is counted for the token or login and for the account; without one, for the address.

    Raises TooManyAttempts where that is more than the rate allows; the answer's headers tell what is left.
    """
    rate = "read" if request.method in SAFE_METHODS else "write"
    request.rate_spent = rate_usage(rate, settings.RAUT_RATES[rate][0])  # where it is refused: nothing left
    if user_id is None:
        count = consume(rate, f"address:{address_of(request)}")
    else:
        credential = f"token:{token_id}" if token_id else f"login:{user_id}"
        count = consume_all(rate, {credential: 1, f"user:{user_id}": ACCOUNT_SHARE})[0]
    request.rate_spent = rate_usage(rate, count)
