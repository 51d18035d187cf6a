"""Read the current texts, and what people have agreed to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from webplatform.accounts.models import User
from webplatform.consent.models import ConsentRecord, ConsentScope, ConsentText, ConsentWithdrawal
from webplatform.consent.subject import Subject, columns_of
from webplatform.studies.models import Participant

FALLBACK_LANGUAGE = "en"
_ACCOUNT = ConsentText.Audience.ACCOUNT


def current_version(audience: str = _ACCOUNT) -> int | None:
    """The newest version of the text; everybody is asked for this one. None only where no text was ever added."""
    return ConsentText.objects.filter(audience=audience).aggregate(newest=Max("version"))["newest"]


def current_text(language: str, audience: str = _ACCOUNT) -> ConsentText:
    """The newest text in `language` ("id", "id-ID"), or in English where it is not translated.

    Raises ConsentText.DoesNotExist where no text was ever added.
    """
    newest = ConsentText.objects.filter(audience=audience, version=current_version(audience))
    return newest.filter(language=language.split("-")[0]).first() or newest.get(language=FALLBACK_LANGUAGE)


def valid_consent(user: User) -> ConsentRecord | None:
    """The user's agreement that counts now: to the newest text, in whatever language, and not withdrawn."""
    records = ConsentRecord.objects.filter(user=user, withdrawn_at=None, text__version=current_version())
    return records.select_related("text").first()


def latest_of(subject: Subject) -> ConsentRecord | None:
    """Their newest agreement that is not withdrawn, also where the text or the notice has changed since."""
    records = ConsentRecord.objects.filter(**columns_of(subject), withdrawn_at=None)
    return records.select_related("text", "participant__study").first()


def latest_of_each(participants: QuerySet[Participant]) -> list[ConsentRecord]:
    """`latest_of` for many, with their withdrawals, in two queries; who never agreed, or took it back, has none."""
    records = ConsentRecord.objects.filter(participant__in=participants, withdrawn_at=None)
    latest: dict[UUID, ConsentRecord] = {}
    for record in records.defer("notice").prefetch_related("withdrawals"):
        latest.setdefault(record.participant_id, record)
    return list(latest.values())


def effective_scopes(record: ConsentRecord) -> frozenset[str]:
    """What the agreement still covers: its scopes without those that were withdrawn.

    Withdrawals are read anew, except where a list has prefetched them.
    """
    if record.withdrawn_at is not None:
        return frozenset()
    return frozenset(record.scopes).difference(*(withdrawal.scopes for withdrawal in record.withdrawals.all()))


def scopes_left(record: ConsentRecord) -> list[str]:
    """The same in the order of the scopes."""
    effective = effective_scopes(record)
    return [scope for scope in ConsentScope.values if scope in effective]


def standing_of_account(user: User) -> dict[str, Any]:
    """What the user has agreed to, and whether they have to be asked again: they did once, and the text is newer."""
    valid = valid_consent(user)
    is_held = ConsentRecord.objects.filter(user=user, withdrawn_at=None).exists()
    return {
        "is_valid": valid is not None,
        "is_asked_again": is_held and valid is None,
        "scopes": scopes_left(valid) if valid else [],
    }


def standing_of_scope(records: QuerySet[ConsentRecord], scope: str) -> tuple[set[int], set[int]]:
    """The ids of the agreements that cover the scope now, and of those that were withdrawn, or this scope of them."""
    withdrawals = ConsentWithdrawal.objects.filter(record__in=records).values_list("record_id", "scopes")
    withdrawn = {record for record, scopes in withdrawals if scope in scopes}
    withdrawn |= set(records.filter(withdrawn_at__isnull=False).values_list("pk", flat=True))
    agreed = {record for record, scopes in records.values_list("pk", "scopes") if scope in scopes}
    return agreed - withdrawn, withdrawn


def consent_history(subject: Subject) -> QuerySet[ConsentRecord]:
    """Everything they ever agreed to, newest first, with what was withdrawn of it."""
    records = ConsentRecord.objects.filter(**columns_of(subject))
    return records.select_related("text", "user", "participant__study").prefetch_related("withdrawals")


def sessions_resting_on(user: User) -> QuerySet[Any]:
    """The sessions that go when the user withdraws, newest first: those of the own face, and nobody else's.

    Those in the bin go, too.
    """
    records = ConsentRecord.objects.filter(user=user, withdrawn_at=None)
    sessions = ConsentRecord.sessions.rel.related_model.everything  # history stands above this app
    return sessions.filter(consent__in=records).select_related("study").order_by("-created_at")


def counts_resting_on(user: User) -> dict[str, int]:
    """How much of each kind goes when the user withdraws, and `stays`: sessions of others whom they recorded."""
    counts: dict[str, int] = (
        sessions_resting_on(user)
        .order_by()
        .aggregate(
            sessions=Count("pk"),
            videos=Count("media"),
            readings=Coalesce(Sum("frames_scored", filter=Q(readings_removed_at=None)), 0),
            binned=Count("pk", filter=Q(binned_at__isnull=False)),
        )
    )
    recorded = ConsentRecord.sessions.rel.related_model.everything.filter(created_by=user)
    return counts | {"stays": recorded.exclude(consent__user=user).count()}
