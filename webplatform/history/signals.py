"""What history does when other apps say that something happened."""

from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from webplatform.consent.events import consent_withdrawn
from webplatform.consent.models import Scope
from webplatform.history.withdrawals import remove_unconsented


@receiver(consent_withdrawn)
def remove_sessions(scopes: frozenset[str], **_: Any) -> None:
    """What rested on the consent goes as soon as the withdrawal is committed."""
    if Scope.ANALYSE in scopes:
        transaction.on_commit(partial(remove_unconsented), robust=True)
