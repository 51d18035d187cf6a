"""How often things may be done: counted in the cache, by all processes together, in windows of a minute, hour or day.

While Redis is away the cache counts nothing, and nothing is limited: work goes on.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from webplatform.common.errors import TooManyAttempts
from webplatform.common.redis.cache import counted


@dataclass(frozen=True, slots=True)
class RateUsage:
    """What is left of a rate in this window."""

    rate: str
    most: int
    window_s: int
    left: int
    reset_s: int


def rate_usage(rate: str, count: int) -> RateUsage:
    """What is left after so many in this window."""
    most, window_s = settings.RAUT_RATES[rate]
    return RateUsage(rate, most, window_s, max(most - count, 0), window_s - int(time.time()) % window_s)


def consume(rate: str, caller: object, *, share: int = 1) -> int:
    """One more of `rate` is counted for `caller`, and how many that are; `share` times the settings' rate is allowed.

    Raises TooManyAttempts where that is more than the rate allows.
    """
    return consume_all(rate, {caller: share})[0]


def consume_all(rate: str, shares: Mapping[object, int]) -> list[int]:
    """One more of `rate` is counted for each of these; how many there were. All count, also if one is refused.

    Raises TooManyAttempts where that is more than the rate allows one of them.
    """
    _most, window_s = settings.RAUT_RATES[rate]
    counts = counted({_key(rate, caller): window_s for caller in shares})
    for count, share in zip(counts, shares.values(), strict=True):
        _refuse_above(rate, count, share)
    return counts


def require_within_rate(rate: str, caller: object) -> None:
    """Raises TooManyAttempts where the rate is used up; counts nothing."""
    _refuse_above(rate, cache.get(_key(rate, caller), 0) + 1, 1)


def address_of(request: HttpRequest) -> str:
    """The network address that a request came from, as the login's own limit sees it."""
    return get_adapter().get_client_ip(request)


def _key(rate: str, caller: object) -> str:
    _most, window_s = settings.RAUT_RATES[rate]
    window = int(time.time()) // window_s
    return f"rate:{rate}:{window}:{hashlib.sha256(str(caller).encode()).hexdigest()[:32]}"


def _refuse_above(rate: str, count: int, share: int) -> None:
    most, window_s = settings.RAUT_RATES[rate]
    if count > most * share:
        wait_s = window_s - int(time.time()) % window_s
        text = _("That was too often. Try again in %(seconds)d s.") % {"seconds": wait_s}
        raise TooManyAttempts(text, retry_after_s=wait_s)
