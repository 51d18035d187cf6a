"""The second factor: its secrets are sealed in the database, and staff can be obliged to have one."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm as AllauthAuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from webplatform.accounts.lockout import reserve
from webplatform.accounts.models import User
from webplatform.accounts.permissions import is_admin
from webplatform.common.http.problems import problem_answer

# What somebody who has to set up the second factor may still open: the way to it, and the way out.
OPEN_PAGES = {
    "account_logout",
    "account_reauthenticate",
    "account_set_password",
    "mfa_activate_totp",
    "mfa_authenticate",
    "set_language",
}


class SealedSecrets(DefaultMFAAdapter):
    """Keeps keys and recovery codes under authenticated encryption: a stolen database alone makes no code."""

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _box().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:  # SECRET_KEY was replaced: no code fits any more, until an admin removes the factor
            return base64.b32encode(secrets.token_bytes(20)).decode()


class AuthenticateForm(AllauthAuthenticateForm):
    """Asks for the code of a login; wrong codes count like wrong passwords."""

    def clean_code(self) -> str:
        reserve(self.user.email)
        return super().clean_code()


class SecondFactor:
    """Where RAUT_REQUIRE_MFA_FOR_STAFF is on, staff without a second factor get to nothing but its setup.

    No cache keeps the pages that show keys and codes.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(reverse("mfa_index")):
            add_never_cache_headers(response)
        return response

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        if request.resolver_match.view_name in OPEN_PAGES or not lacks_second_factor(request.user):
            return None
        message = _("As an admin you need two-factor login. Turn it on to go on.")
        if request.path.startswith("/api/"):
            return problem_answer("two_factor_required", message, 403)
        messages.warning(request, message)
        return redirect("mfa_activate_totp")


def lacks_second_factor(user: User) -> bool:
    """Whether the user must have a second factor before acting as staff, and has none."""
    obliged = settings.RAUT_REQUIRE_MFA_FOR_STAFF and is_admin(user)
    return obliged and not is_mfa_enabled(user, [Authenticator.Type.TOTP])


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(b"two-factor:" + key.encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
