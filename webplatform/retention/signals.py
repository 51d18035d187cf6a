"""What retention does when other apps say that something happened."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from webplatform.common import ledger
from webplatform.common.commits import after_commit
from webplatform.consent.events import consent_withdrawn
from webplatform.consent.models import ConsentRecord, Scope
from webplatform.retention.erasing import remove_exports
from webplatform.retention.models import DataExport
from webplatform.retention.reapplying import fingerprint_of


@receiver(consent_withdrawn)
def note_withdrawal(record: ConsentRecord, scopes: frozenset[str], **_: Any) -> None:
    """A restored backup must not make a withdrawn consent valid again."""
    if Scope.ANALYSE in scopes:  # a copy from before holds what is taken back
        of = {"participant": record.participant} if record.participant_id else {"user": record.user}
        remove_exports(DataExport.objects.filter(**of))
    what = {"check": fingerprint_of(record), "scopes": sorted(scopes)}
    after_commit(ledger.note, "consent", record.pk, **what)
