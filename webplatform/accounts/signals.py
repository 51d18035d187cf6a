"""Sign-ins, told to the audit log."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from webplatform.accounts.audit import record_event
from webplatform.accounts.models import User


@receiver(user_logged_in)
def note_login(user: User, **_: Any) -> None:
    """Somebody signed in."""
    record_event("login.succeeded", actor=user)


@receiver(user_logged_out)
def note_logout(user: User | None, **_: Any) -> None:
    """Somebody signed out."""
    if user is not None:
        record_event("login.ended", actor=user)


@receiver(user_login_failed)
def note_failure(credentials: dict[str, Any], **_: Any) -> None:
    """Somebody could not sign in: which account was tried can be told from its hash, not read."""
    tried = str(credentials.get("email") or credentials.get("username") or "").casefold()
    record_event("login.failed", account=hashlib.sha256(tried.encode()).hexdigest()[:16])
