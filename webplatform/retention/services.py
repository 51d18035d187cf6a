"""What people decide about their data: how long it stays, a copy of it, the end of it."""

from __future__ import annotations

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.accounts.audit import record_event
from webplatform.accounts.events import account_disabled
from webplatform.accounts.logins import end_logins_of
from webplatform.accounts.models import ApiToken, User
from webplatform.accounts.permissions import require_admin
from webplatform.analysis.models import MediaFile
from webplatform.common.database.commits import after_commit
from webplatform.common.errors import Conflict, Invalid, NotAllowed
from webplatform.consent.models import ConsentRecord
from webplatform.consent.services import withdraw_consent
from webplatform.consent.subject import Subject, columns_of
from webplatform.history.models import Observation, Session
from webplatform.retention import erasing
from webplatform.retention.copy_files import record_export
from webplatform.retention.models import DataExport, ErasedLink, Receipt
from webplatform.retention.queries import due_of, last_owned_by, own_sessions
from webplatform.retention.tasks import send_export
from webplatform.studies.models import Participant, Study
from webplatform.studies.participant_lock import lock_participant
from webplatform.studies.permissions import require_owner
from webplatform.studies.retention_policy import RetentionPolicy
from webplatform.studies.services import change_retention

MOST_GUESSES, GUESSES_REMEMBERED_S = 5, 900
Channel = ConsentRecord.Channel


def change_policy(*, study: Study, user: User, policy: RetentionPolicy, is_confirmed: bool) -> Study:
    """The study keeps things for these days; where that makes something go at once, only if it is confirmed.

    Raises:
        NotAllowed: the user does not own the study.
        Invalid: a number of days makes no sense.
        Conflict: something would go and it is not confirmed; `details` say how much.
    """
    require_owner(study, user)
    policy = policy.with_bin(study.retention.bin_days)
    if policy.is_shorter_than(study.retention) and not is_confirmed:
        losses = losses_of(study, policy)
        if losses:
            raise Conflict(_("The next purge would remove what is older than this. Confirm that it shall."), **losses)
    return change_retention(study=study, user=user, policy=policy)


def losses_of(study: Study, policy: RetentionPolicy) -> dict[str, int]:
    """How many of what these days would remove now that the present ones do not; empty: nothing."""
    now = timezone.now()
    due, due_already = due_of(study, policy, now).counts(), due_of(study, study.retention, now).counts()
    return {name: n - due_already[name] for name, n in due.items() if n > due_already[name]}


def request_export(*, of: Subject, language: str) -> DataExport:
    """A copy of all that is held of the person is being made; one that waits already is returned, an older one goes."""
    exports = DataExport.objects.filter(**columns_of(of))
    waiting = exports.filter(state__in=(DataExport.State.QUEUED, DataExport.State.RUNNING))
    try:
        with transaction.atomic():
            if export_waiting := waiting.first():
                return export_waiting
            erasing.remove_exports(exports)
            export = DataExport.objects.create(language=language, asked_at=timezone.now(), **columns_of(of))
            record_export(export, "asked")
            after_commit(send_export, export.pk)
            return export
    except IntegrityError:  # asked twice at once: the other one's counts
        return waiting.get()


def erase_participant(*, participant: Participant, by: User) -> Receipt:
    """What runs on the participant is stopped, their links open nothing, and everything of them goes.

    Raises:
        NotAllowed: the user does not own the study.
    """
    require_owner(participant.study, by)
    with transaction.atomic():
        lock_participant(participant.pk)
        receipt = _begin(Receipt.Kind.PARTICIPANT, participant.pk, by, _held_of_participant(participant))
        Receipt.objects.filter(pk=receipt.pk).update(study_id=participant.study_id)
        withdraw_consent(of=participant)
        links = [ErasedLink(link_id=x.pk, digest=x.digest, receipt=receipt) for x in participant.links.all()]
        ErasedLink.objects.bulk_create(links, ignore_conflicts=True)
        participant.links.filter(revoked_at=None).update(revoked_at=timezone.now())
        after_commit(_finish, receipt)
    receipt.refresh_from_db()
    return receipt


def erase_account(*, user: User, by: User) -> Receipt:
    """The account opens nothing, what runs on it is stopped, and everything of the person goes.

    Raises:
        NotAllowed: it is somebody else's, and the user is no admin.
        Conflict: a study that others work in would have no owner.
    """
    if by.pk != user.pk:
        require_admin(by)
    shared = last_owned_by(user).shared
    if shared:
        names = ", ".join(study.name for study in shared)
        raise Conflict(
            _("Others work in studies that would have no owner: %(names)s. Make one of them an owner first.")
            % {"names": names},
            studies=[str(study.pk) for study in shared],
        )
    with transaction.atomic():
        list(User.objects.select_for_update().filter(pk=user.pk).values_list("pk"))
        receipt = _begin(Receipt.Kind.ACCOUNT, user.pk, by, _held_of_user(user))
        User.objects.filter(pk=user.pk).update(is_active=False)
        ApiToken.objects.filter(user=user).delete()
        end_logins_of(user)
        account_disabled.send(sender=User, user=user)
        withdraw_consent(of=user)
        after_commit(_finish, receipt)
    receipt.refresh_from_db()
    return receipt


def require_password(*, user: User, password: str) -> None:
    """The user has shown again who they are: by the password, or without one by the e-mail address.

    Raises:
        Invalid: it is wrong.
        NotAllowed: it was wrong too often.
    """
    key = f"erase-guesses-{user.pk}"
    cache.add(key, 0, GUESSES_REMEMBERED_S)
    if _count(key) > MOST_GUESSES:  # counted before it is looked at: guesses in parallel count each other
        raise NotAllowed(_("Too many wrong passwords. Try again in a quarter of an hour."))
    is_right = user.check_password(password) if user.has_usable_password() else password.casefold() == user.email
    if not is_right:
        raise Invalid(_("The password is wrong."), field="password")
    cache.delete(key)


def _count(key: str) -> int:
    try:
        return cache.incr(key)
    except ValueError:  # its time ended between the two lines
        return 1


def _begin(kind: Receipt.Kind, subject: object, by: User, counts: dict[str, int]) -> Receipt:
    receipt = Receipt.objects.create(
        kind=kind, subject=str(subject), asked_by_id=by.pk, counts=counts, begun_at=timezone.now()
    )
    record_event(f"{kind.value}.erasure_begun", actor=by, target=f"receipt:{receipt.pk}")
    return receipt


def _finish(receipt: Receipt) -> None:
    erasing.finish(Receipt.objects.get(pk=receipt.pk))


def _held_of_participant(participant: Participant) -> dict[str, int]:
    return _held_in(own_sessions(participant)) | {
        "consents": participant.consents.count(),
        "links": participant.links.count(),
        "requests": participant.requests.count(),
        "exports": participant.exports.count(),
    }


def _held_of_user(user: User) -> dict[str, int]:
    alone = last_owned_by(user).alone
    sessions = own_sessions(user) | Session.everything.filter(study__in=alone)
    return _held_in(sessions.distinct()) | {
        "studies": len(alone),
        "participants": Participant.objects.filter(study__in=alone).count(),
        "consents": user.consents.count(),
        "tokens": user.api_tokens.count(),
        "exports": user.exports.count(),
    }


def _held_in(sessions: object) -> dict[str, int]:
    return {
        "sessions": sessions.count(),
        "readings": Observation.objects.filter(session__in=sessions).count(),
        "videos": MediaFile.objects.filter(session__in=sessions).count(),
    }
