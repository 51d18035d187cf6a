"""After ten wrong passwords or codes an account accepts no login for a quarter of an hour.

The failures are counted in the audit log, so the lock holds on every process and while Redis is away.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from webplatform.accounts.models import AuditEvent, LoginAttempt
from webplatform.common.errors import TooManyAttempts

LOCK_AFTER = 10
LOCK_FOR = timedelta(minutes=15)
PENDING_FOR = timedelta(minutes=1)  # what a process that died leaves behind counts for so long
FAILURES = ("login.failed", "two_factor.failed")


def account_mark(email: str) -> str:
    """What the audit log calls an address that was tried: its hash tells which one it was, and is not to be read."""
    return hashlib.sha256(email.casefold().encode()).hexdigest()[:16]


def failures_of(email: str) -> int:
    """How many logins to the address have failed lately."""
    return _lately(email).count()


def seconds_locked(email: str) -> int:
    """For how long the address takes no login; 0 where it does."""
    times = list(_lately(email).values_list("at", flat=True)[:LOCK_AFTER])
    if len(times) < LOCK_AFTER:
        return 0
    return max(0, int((times[-1] + LOCK_FOR - timezone.now()).total_seconds()) + 1)


def refuse_locked(email: str) -> None:
    """Raises TooManyAttempts while the address takes no login."""
    if wait_s := seconds_locked(email):
        refuse(wait_s)


def reserve(email: str) -> None:
    """This guess counts from now on, before it is looked at; `settle` says that it was.

    Raises TooManyAttempts while the address takes no login, or where as many are being looked at as may fail.
    """
    refuse_locked(email)
    now, account = timezone.now(), account_mark(email)
    LoginAttempt.objects.filter(at__lt=now - PENDING_FOR).delete()
    attempt = LoginAttempt.objects.create(account=account, at=now)
    if LoginAttempt.objects.filter(account=account).count() + failures_of(email) > LOCK_AFTER:
        attempt.delete()
        refuse(int(PENDING_FOR.total_seconds()))


def settle(email: str, *, is_right: bool) -> None:
    """A guess was looked at; where it was right, all are forgotten."""
    attempts = LoginAttempt.objects.filter(account=account_mark(email))
    if not is_right:
        attempts = LoginAttempt.objects.filter(pk__in=list(attempts.order_by("pk").values_list("pk", flat=True)[:1]))
    attempts.delete()


def refuse(wait_s: int) -> None:
    """Raises TooManyAttempts with the time to wait, in minutes that people read and seconds that programs do."""
    minutes = -(-wait_s // 60)
    text = ngettext(
        "Too many attempts to log in. Try again in %(minutes)d minute.",
        "Too many attempts to log in. Try again in %(minutes)d minutes.",
        minutes,
    )
    raise TooManyAttempts(text % {"minutes": minutes}, retry_after_s=wait_s)


def _lately(email: str) -> QuerySet[AuditEvent]:
    since = timezone.now() - LOCK_FOR
    return AuditEvent.objects.filter(action__in=FAILURES, at__gte=since, details__account=account_mark(email))
