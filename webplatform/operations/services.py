"""What the demonstration needs to exist before it can act like any other user."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from django.db import transaction

from webplatform.accounts.models import ApiToken, User
from webplatform.accounts.services import create_token
from webplatform.consent.models import ConsentRecord
from webplatform.consent.services import give_consent
from webplatform.studies.services import personal_study

DEMO_EMAIL = "demo@example.org"
TOKEN_NAME = "demo"  # noqa: S105  (its name, not its key)


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """How to sign in to the demonstration's account: on the page and through the REST API."""

    email: str
    password: str = field(repr=False)
    token: str = field(repr=False)


@transaction.atomic
def prepare_demo_account() -> DemoLogin:
    """The demonstration's account is an admin's, has agreed to the consent text, has a new password and token.

    The password is new each time: a known one would open every machine that ever ran the demonstration.
    """
    user, _ = User.objects.get_or_create(email=DEMO_EMAIL)
    user.is_staff = True
    password = secrets.token_hex(6)
    user.set_password(password)
    user.save(update_fields=["password", "is_staff"])
    EmailAddress.objects.update_or_create(user=user, email=DEMO_EMAIL, defaults={"verified": True, "primary": True})
    personal_study(user)
    give_consent(user=user, language="en", channel=ConsentRecord.Channel.COMMAND)
    ApiToken.objects.filter(user=user, name=TOKEN_NAME).delete()
    _, token = create_token(user=user, name=TOKEN_NAME, days=1)
    return DemoLogin(DEMO_EMAIL, password, token)


def end_demo_account() -> None:
    """The demonstration's account is no admin's any more, its token is gone: the data may be served by `up` next."""
    User.objects.filter(email=DEMO_EMAIL).update(is_staff=False)
    ApiToken.objects.filter(user__email=DEMO_EMAIL, name=TOKEN_NAME).delete()
