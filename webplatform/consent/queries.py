"""What is asked of people, and what they have answered."""

from __future__ import annotations

from django.db.models import Max

from webplatform.accounts.models import User
from webplatform.consent.models import ConsentRecord, ConsentText
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


def latest_of(participant: Participant) -> ConsentRecord | None:
    """The participant's newest agreement that is not withdrawn, also where the notice has changed since."""
    records = ConsentRecord.objects.filter(participant=participant, withdrawn_at=None)
    return records.select_related("text", "participant__study").first()


def effective_scopes(record: ConsentRecord) -> frozenset[str]:
    """What the agreement still covers: its scopes without those that were withdrawn."""
    if record.withdrawn_at is not None:
        return frozenset()
    taken_back = record.withdrawals.values_list("scopes", flat=True)
    return frozenset(record.scopes).difference(*taken_back)


def consent_history(user: User) -> list[ConsentRecord]:
    """Everything the user ever agreed to, newest first."""
    return list(ConsentRecord.objects.filter(user=user).select_related("text"))


def participant_history(participant: Participant) -> list[ConsentRecord]:
    """Everything the participant ever agreed to, newest first, with what was withdrawn of it."""
    records = ConsentRecord.objects.filter(participant=participant)
    return list(records.select_related("text").prefetch_related("withdrawals"))
