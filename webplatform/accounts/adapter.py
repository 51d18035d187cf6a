"""How django-allauth signs people up here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Lets the operator close sign-up by RAUT_SIGNUP_OPEN."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.RAUT_SIGNUP_OPEN
