"""What ends downloads: a withdrawn consent, a disabled account."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from webplatform.accounts.events import account_disabled
from webplatform.accounts.models import User
from webplatform.consent.events import consent_withdrawn
from webplatform.consent.models import ConsentRecord, ConsentScope
from webplatform.fetching.models import Fetch
from webplatform.fetching.services import drop_fetches


@receiver(consent_withdrawn)
def stop_fetches_without_consent(record: ConsentRecord, scopes: frozenset[str], **_: Any) -> None:
    """Nothing is fetched on a consent that is withdrawn."""
    if ConsentScope.ANALYSE in scopes:
        drop_fetches(Fetch.objects.filter(consent=record))


@receiver(account_disabled)
def stop_fetches_of_account(user: User, **_: Any) -> None:
    """What an account has fetched ends with it."""
    drop_fetches(Fetch.objects.filter(user=user))
