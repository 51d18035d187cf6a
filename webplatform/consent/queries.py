"""What is asked of people, and what they have answered."""

from __future__ import annotations

from django.db.models import Max

from webplatform.accounts.models import User
from webplatform.consent.models import ConsentRecord, ConsentText

FALLBACK_LANGUAGE = "en"


def current_version() -> int | None:
    """The newest version of the text; everybody is asked for this one. None only where no text was ever added."""
    return ConsentText.objects.aggregate(newest=Max("version"))["newest"]


def current_text(language: str) -> ConsentText:
    """The newest text in `language` ("id", "id-ID"), or in English where it is not translated.

    Raises ConsentText.DoesNotExist where no text was ever added.
    """
    newest = ConsentText.objects.filter(version=current_version())
    return newest.filter(language=language.split("-")[0]).first() or newest.get(language=FALLBACK_LANGUAGE)


def valid_consent(user: User) -> ConsentRecord | None:
    """The user's agreement that counts now: to the newest text, in whatever language, and not withdrawn."""
    records = ConsentRecord.objects.filter(user=user, withdrawn_at=None, text__version=current_version())
    return records.select_related("text").first()


def consent_history(user: User) -> list[ConsentRecord]:
    """Everything the user ever agreed to, newest first."""
    return list(ConsentRecord.objects.filter(user=user).select_related("text"))
