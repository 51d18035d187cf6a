"""What an authenticator app shows, for tests: its code at a moment, and a user who has one."""

from __future__ import annotations

import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth

from webplatform.accounts.models import User


def code_of(secret: str) -> str:
    """The code of this half minute."""
    return auth.format_hotp_value(auth.hotp_value(secret, int(time.time()) // 30))


def add_second_factor(user: User) -> str:
    """The user has a second factor with recovery codes; returns its secret."""
    secret = auth.generate_totp_secret()
    auth.TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret
