"""How django-allauth signs people up here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Lets the operator close sign-up by RAUT_SIGNUP_OPEN."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.RAUT_SIGNUP_OPEN

    def format_email_subject(self, subject: str) -> str:
        """Mails name the product; allauth would put the host there."""
        return f"Raut: {subject}"
