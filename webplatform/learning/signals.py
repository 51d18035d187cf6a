"""What learning does when other apps say that something happened."""

from __future__ import annotations

import shutil
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
from webplatform.learning.models import Dataset
from webplatform.learning.services import stop_work_of


@receiver(consent_withdrawn)
def withdraw_samples(record: ConsentRecord, scopes: frozenset[str], **_: Any) -> None:
    """Data sets with faces of the person are closed and their files go; models that learnt from them are marked."""
    if not {Scope.TRAIN, Scope.ANALYSE} & scopes:
        return
    sessions = list(Session.objects.filter(consent=record).values_list("pk", flat=True))
    touched = list(Dataset.objects.filter(sources__session_id__in=sessions, withdrawn_at=None).distinct())
    Dataset.objects.filter(pk__in=[dataset.pk for dataset in touched]).update(withdrawn_at=timezone.now())
    for dataset in touched:
        transaction.on_commit(partial(shutil.rmtree, dataset.folder, ignore_errors=True), robust=True)


@receiver(account_disabled)
def stop_what_they_run(user: User, **_: Any) -> None:
    """What a disabled account has set going does not go on."""
    stop_work_of(user)
