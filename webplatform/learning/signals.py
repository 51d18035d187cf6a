"""What learning does when other apps say that something happened."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone

from webplatform.accounts.events import account_disabled
from webplatform.accounts.models import User
from webplatform.consent.events import consent_withdrawn
from webplatform.consent.models import ConsentRecord, Scope
from webplatform.history.models import Session
from webplatform.learning.files import remove_files
from webplatform.learning.models import Dataset
from webplatform.learning.services import stop_learning_from, stop_work_of


@receiver(consent_withdrawn)
def withdraw_samples(record: ConsentRecord, scopes: frozenset[str], **_: Any) -> None:
    """What is learnt from the person's faces stops, the data sets are closed and their files go; models are marked."""
    if not {Scope.TRAIN, Scope.ANALYSE} & scopes:
        return
    sessions = list(Session.objects.filter(consent=record).values_list("pk", flat=True))
    touched = list(Dataset.objects.filter(sources__session_id__in=sessions, withdrawn_at=None).distinct())
    Dataset.objects.filter(pk__in=[dataset.pk for dataset in touched]).update(withdrawn_at=timezone.now())
    for dataset in touched:
        stop_learning_from(dataset)
        transaction.on_commit(partial(remove_files, dataset), robust=True)


@receiver(account_disabled)
def stop_what_they_run(user: User, **_: Any) -> None:
    """What a disabled account has set going does not go on."""
    stop_work_of(user)
