"""What analysis does when other apps say that something happened."""

from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from webplatform.analysis.withdrawals import drop_unwanted_media, stop_jobs
from webplatform.consent.events import consent_withdrawn
from webplatform.consent.models import ConsentRecord, Scope


@receiver(consent_withdrawn)
def stop_what_runs(record: ConsentRecord, scopes: frozenset[str], **_: Any) -> None:
    """Jobs stop with the withdrawal itself; videos that may not stay go when it is committed."""
    if Scope.ANALYSE in scopes:
        stop_jobs(record)
    elif Scope.KEEP_MEDIA in scopes:
        transaction.on_commit(partial(drop_unwanted_media), robust=True)
