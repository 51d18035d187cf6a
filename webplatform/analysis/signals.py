"""How analysis reacts to signals of other apps."""

from typing import Any

from django.dispatch import receiver

from webplatform.accounts.events import account_disabled, logins_ended
from webplatform.accounts.models import User
from webplatform.analysis.models import ResumableUpload
from webplatform.analysis.progress import part_from
from webplatform.analysis.resumable import drop_uploads
from webplatform.analysis.withdrawals import (
    drop_media,
    drop_unwanted_media,
    may_keep_media,
    stop_jobs,
    stop_jobs_of,
    stop_jobs_on,
)
from webplatform.common.database.commits import after_commit
from webplatform.consent.events import consent_withdrawn
from webplatform.consent.models import ConsentRecord, ConsentScope
from webplatform.history.events import session_assigned, session_binned
from webplatform.history.models import Session


@receiver(consent_withdrawn)
def stop_work_without_consent(record: ConsentRecord, scopes: frozenset[str], **_: Any) -> None:
    """Jobs stop with the withdrawal itself; videos that may not stay go when it is committed."""
    if ConsentScope.ANALYSE in scopes:
        stop_jobs(record)
        drop_uploads(ResumableUpload.objects.filter(consent=record))
    elif ConsentScope.KEEP_MEDIA in scopes:
        after_commit(drop_unwanted_media)


@receiver(account_disabled)
def stop_work_of_account(user: User, **_: Any) -> None:
    """The jobs of an account end with it, and what it sends."""
    stop_jobs_of(user)
    drop_uploads(ResumableUpload.objects.filter(user=user))


@receiver(logins_ended)
def close_progress(user: User, **_: Any) -> None:
    """Close open sockets, which must authenticate again."""
    part_from(user.pk)


@receiver(session_binned)
def stop_work_on_binned(session: Session, **_: Any) -> None:
    """Nothing works on a session in the bin; restored, its analysis can be started again."""
    stop_jobs_on(session)


@receiver(session_assigned)
def drop_unkept_media(session: Session, **_: Any) -> None:
    """A video goes that the session's new study or consent does not keep."""
    if not may_keep_media(session):
        drop_media(session)
