"""How django-allauth signs people up and in here."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from webplatform.accounts.lockout import refuse, refuse_locked

THROTTLED_S = 60  # the window of allauth's limit per network address

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Lets the operator close sign-up by RAUT_SIGNUP_OPEN, and answers guessing with 429."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.RAUT_SIGNUP_OPEN

    def format_email_subject(self, subject: str) -> str:
        """Mails name the product; allauth would put the host there."""
        return f"Raut: {subject}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        refuse_locked(str(credentials.get("email") or credentials.get("username") or ""))
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            refuse(THROTTLED_S)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """What was done stays done when the news of it cannot be sent."""
        try:
            super().send_notification_mail(*args, **kwargs)
        except (OSError, SMTPException) as error:
            logger.warning("A notification could not be sent: %s", type(error).__name__)
