"""What retention does when other apps say that something happened."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from webplatform.common import ledger
from webplatform.consent.events import consent_withdrawn
from webplatform.consent.models import ConsentRecord, Scope
from webplatform.retention.erasing import remove_exports
from webplatform.retention.models import DataExport
from webplatform.retention.reapplying import fingerprint_of


@receiver(consent_withdrawn)
def note_withdrawal(record: ConsentRecord, scopes: frozenset[str], **_: Any) -> None:
    """A restored backup must not make a withdrawn consent valid again."""
    what = {"check": fingerprint_of(record), "scopes": sorted(scopes)}
    transaction.on_commit(partial(ledger.note, "consent", record.pk, **what), robust=True)


@receiver(consent_withdrawn)
def remove_copies(record: ConsentRecord, scopes: frozenset[str], **_: Any) -> None:
    """A copy that was made before does not outlive what rested on the consent."""
    if Scope.ANALYSE in scopes:
        whose = {"participant": record.participant} if record.participant_id else {"user": record.user}
        remove_exports(DataExport.objects.filter(**whose))
