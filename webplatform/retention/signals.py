"""What retention does when other apps say that something happened."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from webplatform.consent.events import consent_withdrawn
from webplatform.consent.models import ConsentRecord, ConsentScope
from webplatform.consent.subject import columns_of
from webplatform.history.erasure_log_lines import note_erased
from webplatform.history.events import session_assigned
from webplatform.retention.erasing import remove_exports
from webplatform.retention.models import DataExport
from webplatform.retention.reapplying import fingerprint_of


@receiver(consent_withdrawn)
def note_withdrawal(record: ConsentRecord, scopes: frozenset[str], **_: Any) -> None:
    """A restored backup must not make a withdrawn consent valid again."""
    details = {"check": fingerprint_of(record), "scopes": sorted(scopes)}
    note_erased("consent", record.pk, **details)


@receiver(consent_withdrawn)
def remove_copies(record: ConsentRecord, scopes: frozenset[str], **_: Any) -> None:
    """A copy that was made before does not outlive what rested on the consent."""
    if ConsentScope.ANALYSE in scopes:
        _remove_copies_of(record)


@receiver(session_assigned)
def remove_copies_of_another(before: ConsentRecord, **_: Any) -> None:
    """Remove copies of the person whom a session was first assigned to, after it was assigned to somebody else."""
    _remove_copies_of(before)


def _remove_copies_of(record: ConsentRecord) -> None:
    whose = columns_of(record.subject)
    remove_exports(DataExport.objects.filter(**whose))
