"""Logins and changes of accounts, recorded in the audit log."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import email_changed, password_changed, password_reset, password_set, user_signed_up
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from webplatform.accounts.audit import record_event
from webplatform.accounts.lockout import LOCK_AFTER, account_mark, failures_of, settle
from webplatform.accounts.login_ages import begin_login
from webplatform.accounts.logins import end_tokens_of
from webplatform.accounts.models import User


@receiver(user_logged_in)
def note_login(user: User, request: HttpRequest | None = None, **_: Any) -> None:
    """Somebody signed in."""
    if hasattr(request, "session"):
        begin_login(request.session)
    settle(user.email, is_right=True)
    record_event("login.succeeded", actor=user)


@receiver(user_logged_out)
def note_logout(user: User | None, **_: Any) -> None:
    """Somebody signed out."""
    if user is not None:
        record_event("login.ended", actor=user)


@receiver(user_login_failed)
def note_failure(credentials: dict[str, Any], **_: Any) -> None:
    """Somebody could not sign in: which account was tried can be told from its hash, not read."""
    _count_failure("login.failed", str(credentials.get("email") or credentials.get("username") or ""))


@receiver(authentication_failed)
def note_wrong_code(user: User, **_: Any) -> None:
    """Somebody knew the password and not the code."""
    _count_failure("two_factor.failed", user.email)


@receiver(authenticator_added)
def note_second_factor(user: User, authenticator: Authenticator, **_: Any) -> None:
    """A second factor was set up."""
    record_event("two_factor.added", actor=user, target=f"user:{user.pk}", kind=authenticator.type)


@receiver(authenticator_removed)
def note_no_second_factor(user: User, authenticator: Authenticator, **_: Any) -> None:
    """A second factor was turned off."""
    record_event("two_factor.removed", actor=user, target=f"user:{user.pk}", kind=authenticator.type)


@receiver(authenticator_reset)
def note_new_codes(user: User, authenticator: Authenticator, **_: Any) -> None:
    """Recovery codes were made anew."""
    record_event("two_factor.renewed", actor=user, target=f"user:{user.pk}", kind=authenticator.type)


@receiver((password_changed, password_set, password_reset))
def note_password(user: User, **_: Any) -> None:
    """After a new password, end all logins and tokens that were made with the old one."""
    end_tokens_of(user)
    record_event("password.changed", actor=user, target=f"user:{user.pk}")


@receiver(email_changed)
def note_address(user: User, **_: Any) -> None:
    """An account has another address."""
    record_event("account.address_changed", actor=user, target=f"user:{user.pk}")


@receiver(user_signed_up)
def note_account(user: User, **_: Any) -> None:
    """Somebody made an account."""
    record_event("account.created", actor=user, target=f"user:{user.pk}")


def _count_failure(action: str, email: str) -> None:
    record_event(action, account=account_mark(email))
    settle(email, is_right=False)
    if failures_of(email) == LOCK_AFTER:
        record_event("login.locked", account=account_mark(email))
