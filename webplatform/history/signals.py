"""What history does when other apps say that something happened."""

from typing import Any

from django.dispatch import receiver

from webplatform.common.commits import after_commit
from webplatform.consent.events import consent_withdrawn
from webplatform.consent.models import ConsentRecord, Scope
from webplatform.history.media import forget_waiting
from webplatform.history.withdrawals import remove_unconsented


@receiver(consent_withdrawn)
def remove_sessions(record: ConsentRecord, scopes: frozenset[str], **_: Any) -> None:
    """What rested on the consent goes as soon as the withdrawal is committed, keys that wait for their end too."""
    if {Scope.ANALYSE, Scope.KEEP_MEDIA} & set(scopes):
        after_commit(forget_waiting, record.pk)
    if Scope.ANALYSE in scopes:
        after_commit(remove_unconsented)
