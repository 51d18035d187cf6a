"""The form by which people sign themselves up."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import SignupForm
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.shortcuts import redirect


class SignUpForm(SignupForm):
    """allauth's own; of several requests for one address at the same moment, one makes the account."""

    def try_save(self, request: HttpRequest) -> Any:  # allauth's user, or None, and its answer
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:  # somebody with that address signed up a moment ago
            if settings.ACCOUNT_EMAIL_VERIFICATION != "mandatory":
                return None, redirect("account_login")
            self.account_already_exists = True  # answered as if they had been there before: it does not show
            return super().try_save(request)
