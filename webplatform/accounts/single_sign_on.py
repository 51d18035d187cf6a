"""Single sign-on by OpenID Connect. Loaded only where OIDC_SERVER_URL is set: see the settings."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


class SingleSignOn(DefaultSocialAccountAdapter):
    """Whom the provider vouches for may have an account, also where sign-up is closed: the operator chose it."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # allauth's SocialLogin
        return True
