"""Our rules for django-allauth: how people sign up and log in."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from webplatform.accounts.lockout import refuse, reserve

THROTTLED_S = 60  # the window of allauth's limit per network address

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Lets the operator close sign-up by RAUT_SIGNUP_OPEN, and answers guessing with 429."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.RAUT_SIGNUP_OPEN

    def format_email_subject(self, subject: str) -> str:
        """Mails name the product; allauth would put the host there."""
        return f"Raut: {subject}"

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Links in mails begin with PUBLIC_URL, whatever host the request named."""
        return _public(super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Likewise."""
        return _public(super().get_email_confirmation_url(request, emailconfirmation))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        reserve(str(credentials.get("email") or credentials.get("username") or ""))
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


def _public(url: str) -> str:
    parts, public = urlsplit(url), urlsplit(settings.PUBLIC_URL)
    return parts._replace(scheme=public.scheme, netloc=public.netloc).geturl()
