"""How learning reacts to signals of other apps."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.dispatch import receiver
from django.utils import timezone

from webplatform.accounts.events import account_disabled
from webplatform.accounts.models import User
from webplatform.common.database.commits import after_commit
from webplatform.consent.events import consent_withdrawn
from webplatform.consent.models import ConsentRecord, ConsentScope
from webplatform.consent.queries import effective_scopes
from webplatform.history.events import session_assigned, session_erased
from webplatform.history.models import Session
from webplatform.learning.files import remove_files
from webplatform.learning.models import Dataset
from webplatform.learning.services import stop_learning_from, stop_work_of


@receiver(consent_withdrawn)
def withdraw_samples(record: ConsentRecord, scopes: frozenset[str], **_: Any) -> None:
    """What is learnt from the person's faces stops, the data sets are closed and their files go; models are marked."""
    if {ConsentScope.TRAIN, ConsentScope.ANALYSE} & scopes:
        close_datasets(list(Session.everything.filter(consent=record).values_list("pk", flat=True)))


@receiver(session_erased)
def erase_samples(session_id: UUID, **_: Any) -> None:
    """The same where a session is erased, for whatever reason: pictures that were cut out of it do not outlive it."""
    close_datasets([session_id])


@receiver(session_assigned)
def check_samples(session: Session, **_: Any) -> None:
    """Faces that were cut out of a session stay only where its new consent covers the training, too."""
    if ConsentScope.TRAIN not in effective_scopes(session.consent):
        close_datasets([session.pk])


def close_datasets(session_ids: list[UUID]) -> None:
    """No run learns any more from data sets with faces of these sessions, and their files are gone."""
    touched = list(Dataset.objects.filter(sources__session_id__in=session_ids, withdrawn_at=None).distinct())
    Dataset.objects.filter(pk__in=[dataset.pk for dataset in touched]).update(withdrawn_at=timezone.now())
    for dataset in touched:
        stop_learning_from(dataset)
        after_commit(remove_files, dataset)


@receiver(account_disabled)
def stop_what_they_run(user: User, **_: Any) -> None:
    """What a disabled account has set going does not go on."""
    stop_work_of(user)
