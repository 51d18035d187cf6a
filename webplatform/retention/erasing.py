"""Taking a person, or a study, out of every store. Each of these may be run again after a crash and finds the rest."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session as Login
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from webplatform.accounts.audit import record_event
from webplatform.accounts.idempotency_keys import forget_answers
from webplatform.accounts.models import User
from webplatform.analysis.models import ResumableUpload
from webplatform.analysis.resumable import drop_uploads
from webplatform.common.database.commits import after_commit
from webplatform.common.errors import NotFound
from webplatform.consent.models import ConsentRecord
from webplatform.exporting.job_endings import remove_jobs
from webplatform.exporting.models import ExportJob
from webplatform.fetching.models import Fetch
from webplatform.fetching.services import drop_fetches
from webplatform.history.erasing import erase_session, remove_some_readings
from webplatform.history.erasure_log_lines import note_erased
from webplatform.history.media import destroy_waiting_keys
from webplatform.history.models import Session
from webplatform.retention.copy_files import remove_export_file
from webplatform.retention.models import DataExport, Receipt
from webplatform.retention.queries import last_owned_by, own_sessions
from webplatform.studies.films import forget_films
from webplatform.studies.models import Invitation, Participant, Study
from webplatform.studies.participant_lock import lock_participant

READINGS_AT_ONCE = 5000


def erase_sessions(sessions: QuerySet[Session]) -> None:
    """The sessions are gone with everything in them; readings in batches, so that others can write in between."""
    for session_id in list(sessions.values_list("pk", flat=True)):
        session = Session.everything.filter(pk=session_id).first()
        if session is not None:
            while remove_some_readings(session=session, most=READINGS_AT_ONCE) >= READINGS_AT_ONCE:
                pass
            erase_session(session=session)


@transaction.atomic
def remove_participant(participant: Participant, *, is_purged: bool = False) -> None:
    """The participant is gone with links, requests, consent and exports; their sessions went before.

    An erasure also destroys keys that were set aside, and is noted in the erasure log. A purge (`is_purged`) does
    neither.
    """
    with suppress(NotFound):  # another one was quicker: what is left goes all the same
        lock_participant(participant.pk)
    remove_exports(DataExport.objects.filter(participant=participant))
    drop_fetches(Fetch.objects.filter(consent__participant=participant))
    drop_uploads(ResumableUpload.objects.filter(consent__participant=participant))
    if not is_purged:
        _forget_waiting(ConsentRecord.objects.filter(participant=participant))
        note_erased("participant", participant.pk)
    forget_answers(about=[participant.pk])
    participant.delete()


def erase_participant_data(participant: Participant) -> None:
    """Nothing of the participant is left."""
    erase_sessions(Session.everything.filter(participant=participant))
    remove_participant(participant)


def erase_study_data(study: Study) -> None:
    """Nothing of the study is left, nor of anybody who took part in it."""
    erase_sessions(Session.everything.filter(study=study))
    _forget_waiting(ConsentRecord.objects.filter(participant__study=study))
    with transaction.atomic():
        remove_exports(DataExport.objects.filter(participant__study=study))
        drop_fetches(Fetch.objects.filter(study=study))
        drop_uploads(ResumableUpload.objects.filter(study=study))
        record_event("study.erased", study_id=study.pk)
        note_erased("study", study.pk)
        forget_films(study)
        forget_answers(about=[study.pk])
        study.delete()


def erase_account_data(user: User) -> None:
    """Nothing of the person is left: what rests on their consent, studies that were theirs alone, logins, the account.

    What they recorded of participants in shared studies belongs to those studies and stays, without their name.
    """
    for study in last_owned_by(user).alone:
        erase_study_data(study)
    erase_sessions(own_sessions(user))
    _forget_waiting(ConsentRecord.objects.filter(user=user))
    _remove_logins(user)
    with transaction.atomic():
        remove_exports(DataExport.objects.filter(user=user))
        drop_fetches(Fetch.objects.filter(user=user))
        drop_uploads(ResumableUpload.objects.filter(user=user))
        remove_jobs(ExportJob.objects.filter(user=user))
        Invitation.objects.filter(email__iexact=user.email).delete()
        note_erased("account", user.pk, check=fingerprint(user))
        user.delete()


def _forget_waiting(consents: QuerySet[ConsentRecord]) -> None:
    for pk in consents.values_list("pk", flat=True):
        destroy_waiting_keys(pk)


def _remove_logins(user: User) -> None:
    ours = [login.pk for login in Login.objects.iterator() if login.get_decoded().get(SESSION_KEY) == str(user.pk)]
    Login.objects.filter(pk__in=ours).delete()


def fingerprint(user: User) -> str:
    """What tells the account from another one that gets its number in a restored database."""
    return hashlib.sha256(f"{user.pk} {user.date_joined.isoformat()}".encode()).hexdigest()[:16]


def finish(receipt: Receipt) -> None:
    """Erase the person that the receipt is about. Safe to run twice and concurrently."""
    if receipt.kind == Receipt.Kind.PARTICIPANT:
        participant = Participant.objects.filter(pk=receipt.subject).first()
        if participant is not None:
            erase_participant_data(participant)
    elif receipt.kind == Receipt.Kind.ACCOUNT:
        user = User.objects.filter(pk=receipt.subject, is_active=False).first()
        if user is not None:
            erase_account_data(user)
    _close(receipt, timezone.now())


def unfinished(before: datetime) -> QuerySet[Receipt]:
    """Erasures without an end that were started earlier: their process died, or still works on them."""
    kinds = (Receipt.Kind.PARTICIPANT, Receipt.Kind.ACCOUNT)
    return Receipt.objects.filter(kind__in=kinds, finished_at=None, begun_at__lt=before)


@transaction.atomic
def _close(receipt: Receipt, moment: datetime) -> None:
    if Receipt.objects.filter(pk=receipt.pk, finished_at=None).update(finished_at=moment):
        record_event(
            f"{receipt.kind}.erased", study_id=receipt.study_id, target=f"receipt:{receipt.pk}", **receipt.counts
        )


def remove_exports(exports: QuerySet[DataExport]) -> None:
    """The exports are gone: the rows at once, the files when that is committed."""
    for export in exports:
        after_commit(remove_export_file, export)
    exports.delete()
