"""How studies react to signals of other apps."""

from typing import Any

from allauth.account.signals import user_signed_up
from django.dispatch import receiver

from webplatform.accounts.models import User
from webplatform.studies import services


@receiver(user_signed_up)
def start_personal_study(user: User, **_: Any) -> None:
    """Each account starts with a study of its own."""
    services.personal_study(user)
