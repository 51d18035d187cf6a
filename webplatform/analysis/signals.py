"""What analysis does when other apps say that something happened."""

from typing import Any

from django.dispatch import receiver

from webplatform.accounts.events import account_disabled, logins_ended
from webplatform.accounts.models import User
from webplatform.analysis.progress import part_from
from webplatform.analysis.withdrawals import drop_unwanted_media, stop_jobs, stop_jobs_of
from webplatform.common.commits import after_commit
from webplatform.consent.events import consent_withdrawn
from webplatform.consent.models import ConsentRecord, Scope


@receiver(consent_withdrawn)
def stop_what_runs(record: ConsentRecord, scopes: frozenset[str], **_: Any) -> None:
    """Jobs stop with the withdrawal itself; videos that may not stay go when it is committed."""
    if Scope.ANALYSE in scopes:
        stop_jobs(record)
    elif Scope.KEEP_MEDIA in scopes:
        after_commit(drop_unwanted_media)


@receiver(account_disabled)
def stop_what_they_run(user: User, **_: Any) -> None:
    """The jobs of an account end with it."""
    stop_jobs_of(user)


@receiver(logins_ended)
def close_progress(user: User, **_: Any) -> None:
    """Open pages are told nothing more until they have shown again that somebody is signed in."""
    part_from(user.pk)
