"""How often the REST API answers one token, one login and one account."""

from __future__ import annotations

from django.conf import settings
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from webplatform.common.limits import address_of, spend, spend_all, spent_of

ACCOUNT_SHARE = 4  # all of an account's tokens and logins together have so many times what one of them has


class ApiThrottle(BaseThrottle):
    """Reading and writing apart, for each token, and for all that an account does; without one, for the address."""

    def allow_request(self, request: Request, view: object) -> bool:
        what = "read" if request.method in SAFE_METHODS else "write"
        request._request.rate_spent = spent_of(what, settings.RAUT_RATES[what][0])  # where it is refused: nothing left
        if not request.user or not request.user.is_authenticated:
            count = spend(what, f"address:{address_of(request)}")
        else:
            token = getattr(request.auth, "pk", None)
            own = f"token:{token}" if token else f"login:{request.user.pk}"
            count = spend_all(what, {own: 1, f"user:{request.user.pk}": ACCOUNT_SHARE})[0]
        request._request.rate_spent = spent_of(what, count)
        return True
