"""Giving, withdrawing and requiring consent."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.accounts.audit import record_event
from webplatform.accounts.models import User
from webplatform.common.errors import Conflict, ConsentMissing, Invalid
from webplatform.consent import queries
from webplatform.consent.events import consent_withdrawn
from webplatform.consent.models import ConsentRecord, ConsentScope, ConsentWithdrawal, default_scopes
from webplatform.consent.notices import Notice, notice_of
from webplatform.consent.subject import Subject, columns_of
from webplatform.studies.models import Participant
from webplatform.studies.participant_lock import lock_participant

Channel = ConsentRecord.Channel


@transaction.atomic
def give_consent(
    *, user: User, language: str, channel: Channel, scopes: Iterable[str] | None = None, digest: str | None = None
) -> ConsentRecord:
    """The user has agreed to the newest text; agreeing twice changes nothing and returns the first record.

    A scope that is new makes a record of its own, which covers also what held before: it counts for what is recorded
    from now on. Sessions that rest on an earlier agreement keep it.

    Args:
        digest: of the text that the person has read; None where it was shown with the question.

    Raises:
        Invalid: a scope is unknown, or the analysis is not among them.
        Conflict: what was read is not the newest text in this language.
    """
    chosen = _checked(default_scopes() if scopes is None else scopes)
    text = queries.current_text(language)
    if digest is not None and digest != text.digest:
        message = _(
            "What you read is not the consent text that counts now in this language. Please read that one first."
        )
        raise Conflict(message, version=text.version, language=text.language)
    _lock(user)  # two clicks at once make one record, whatever the language
    valid = queries.valid_consent(user)
    if valid is not None:
        effective = queries.effective_scopes(valid)
        if scopes is None or effective.issuperset(chosen):
            return valid
        chosen = _checked(effective.union(chosen))
    record = ConsentRecord.objects.create(
        user=user, text=text, text_digest=text.digest, language=text.language, scopes=chosen, channel=channel
    )
    record_event("consent.given", actor=user, target=f"consent:{record.pk}", scopes=chosen)
    return record


@transaction.atomic
def give_participant_consent(
    *,
    participant: Participant,
    language: str,
    channel: Channel,
    scopes: Iterable[str],
    by_guardian: bool = False,
    digest: str | None = None,
) -> ConsentRecord:
    """The participant has agreed to the notice as it is now, for these scopes; what they left out holds no more.

    Agreeing to the same again changes nothing. Sessions that rest on an earlier agreement keep it.

    Args:
        digest: of the notice that the person has read; None where it was shown with the question.

    Raises:
        Invalid: a scope is unknown, or the analysis is not among them.
        Conflict: what was read is not the notice as it is now, in this language.
    """
    chosen = _checked(scopes)
    _lock(participant)
    notice = _notice_that_was_read(participant, language, digest)
    latest = queries.latest_of(participant)
    if latest is not None and latest.text_digest == notice.digest and queries.effective_scopes(latest) == set(chosen):
        return latest
    record = ConsentRecord.objects.create(
        participant=participant,
        text=notice.text,
        notice=notice.body,
        text_digest=notice.digest,
        language=notice.text.language,
        scopes=chosen,
        by_guardian=by_guardian,
        channel=channel,
    )
    left_out = set(ConsentScope.values) - set(chosen)
    for earlier in ConsentRecord.objects.filter(participant=participant, withdrawn_at=None).exclude(pk=record.pk):
        _withdraw(earlier, left_out, channel)
    return record


def _notice_that_was_read(participant: Participant, language: str, digest: str | None) -> Notice:
    notice = notice_of(participant.study, language)
    if digest is not None and digest != notice.digest:
        raise Conflict(_("The notice has changed since you opened this page. Please read it and decide again."))
    return notice


@transaction.atomic
def withdraw_consent(
    *, of: Subject, channel: Channel = Channel.PAGE, scopes: Iterable[str] = (ConsentScope.ANALYSE,)
) -> int:
    """The scopes hold no more in any agreement of theirs; without the analysis nothing else holds either.

    Returns how many agreements changed now.

    Raises:
        Invalid: a scope is unknown.
    """
    chosen = sorted(scopes)
    _lock(of)  # the person's row first, then the audit log's lock
    changed = _withdraw_all(ConsentRecord.objects.filter(**columns_of(of), withdrawn_at=None), chosen, channel)
    if changed and not isinstance(of, Participant):
        record_event("consent.withdrawn", actor=of, scopes=chosen, consents=changed)
    return changed


@transaction.atomic
def withdraw_again(*, record: ConsentRecord, scopes: Iterable[str]) -> bool:
    """The scopes of one agreement hold no more, as it was before a backup was restored; False where none held."""
    return _withdraw(record, set(scopes) & set(ConsentScope.values), Channel.COMMAND)


def require_consent(*, of: Subject, scope: str = ConsentScope.ANALYSE) -> ConsentRecord:
    """Their agreement to what they would be asked today: the newest text, or the notice as it is now.

    Raises ConsentMissing when there is none that covers the scope: never given, withdrawn, or the text has changed.
    """
    record = queries.latest_of(of)
    if record is not None and scope in queries.effective_scopes(record) and is_current(record):
        return record
    if isinstance(of, Participant):
        raise ConsentMissing(_("The participant has not agreed to this, or has to be asked again."))
    raise ConsentMissing(_("Please read and accept the consent text first."))


def require_scope(*, record: ConsentRecord, scope: str) -> None:
    """The gate of everything that rests on an agreement: work goes on only while this returns.

    Raises ConsentMissing where the agreement does not cover the scope, or no more.
    """
    record.refresh_from_db(fields=["withdrawn_at"])
    if scope not in queries.effective_scopes(record):
        raise ConsentMissing(_("The consent for this was withdrawn or never given."))


def is_current(record: ConsentRecord) -> bool:
    """Whether what the person agreed to is what they would be asked today."""
    if record.participant is None:
        return record.text.version == queries.current_version()
    return record.text_digest == notice_of(record.participant.study, record.language).digest


def _lock(subject: Subject) -> None:
    if isinstance(subject, Participant):
        lock_participant(subject.pk)
    else:
        User.objects.select_for_update().get(pk=subject.pk)


def _checked(scopes: Iterable[str]) -> list[str]:
    chosen = set(scopes)
    if not chosen <= set(ConsentScope.values):
        raise Invalid(_("There is no such scope."))
    if ConsentScope.ANALYSE not in chosen:
        raise Invalid(_("Nothing can be done without consent to the analysis."))
    return [scope for scope in ConsentScope.values if scope in chosen]


def _withdraw_all(records: Iterable[ConsentRecord], scopes: Iterable[str], channel: Channel) -> int:
    unwanted = set(scopes)
    if not unwanted <= set(ConsentScope.values):
        raise Invalid(_("There is no such scope."))
    return sum([_withdraw(record, unwanted, channel) for record in records])


def _withdraw(record: ConsentRecord, scopes: set[str], channel: Channel) -> bool:
    """Withdraw scopes of one consent and send the signal; False if none of them was in force."""
    effective = queries.effective_scopes(record)
    withdrawn = effective if ConsentScope.ANALYSE in scopes else effective & scopes
    if not withdrawn:
        return False
    if ConsentScope.ANALYSE in withdrawn:
        changed = ConsentRecord.objects.filter(pk=record.pk, withdrawn_at=None).update(withdrawn_at=timezone.now())
        if not changed:
            return False
        record.refresh_from_db(fields=["withdrawn_at"])
    ConsentWithdrawal.objects.create(record=record, scopes=sorted(withdrawn), channel=channel)
    consent_withdrawn.send(sender=ConsentRecord, record=record, scopes=frozenset(withdrawn))
    return True
