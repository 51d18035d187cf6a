"""How often things may be done: counted in the cache, by all processes together, in windows of a minute, hour or day.

While Redis is away the cache counts nothing, and nothing is limited: work goes on.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from webplatform.common.cache import counted
from webplatform.common.errors import TooManyAttempts


def spend(what: str, who: object, *, share: int = 1) -> None:
    """One more of `what` is counted for `who`; `share` times the rate of the settings is allowed.

    Raises TooManyAttempts where that is more than the rate allows.
    """
    spend_all(what, {who: share})


def spend_all(what: str, shares: Mapping[object, int]) -> None:
    """One more of `what` is counted for each of these; all are counted, whether or not one of them is refused.

    Raises TooManyAttempts where that is more than the rate allows one of them.
    """
    _most, window_s = settings.RAUT_RATES[what]
    counts = counted({_key(what, who): window_s for who in shares})
    for count, share in zip(counts, shares.values(), strict=True):
        _refuse_above(what, count, share)


def require_unspent(what: str, who: object) -> None:
    """Raises TooManyAttempts where the rate is used up; counts nothing."""
    _refuse_above(what, cache.get(_key(what, who), 0) + 1, 1)


def address_of(request: HttpRequest) -> str:
    """The network address that a request came from, as the login's own limit sees it."""
    return get_adapter().get_client_ip(request)


def _key(what: str, who: object) -> str:
    _most, window_s = settings.RAUT_RATES[what]
    window = int(time.time()) // window_s
    return f"rate:{what}:{window}:{hashlib.sha256(str(who).encode()).hexdigest()[:32]}"


def _refuse_above(what: str, count: int, share: int) -> None:
    most, window_s = settings.RAUT_RATES[what]
    if count > most * share:
        wait_s = window_s - int(time.time()) % window_s
        text = _("That was too often. Try again in %(seconds)d s.") % {"seconds": wait_s}
        raise TooManyAttempts(text, retry_after_s=wait_s)
