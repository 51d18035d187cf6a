"""Giving, withdrawing and requiring consent."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.common.errors import ConsentMissing
from webplatform.consent import queries
from webplatform.consent.models import ConsentRecord


@transaction.atomic
def give_consent(*, user: User, language: str, channel: ConsentRecord.Channel) -> ConsentRecord:
    """The user has agreed to the newest text; agreeing twice changes nothing and returns the first record."""
    User.objects.select_for_update().get(pk=user.pk)  # two clicks at once make one record, whatever the language
    return queries.valid_consent(user) or ConsentRecord.objects.create(
        user=user, text=queries.current_text(language), channel=channel
    )


def withdraw_consent(*, user: User) -> int:
    """None of the user's agreements holds any more; returns how many were withdrawn now."""
    return ConsentRecord.objects.filter(user=user, withdrawn_at=None).update(withdrawn_at=timezone.now())


def require_consent(*, user: User) -> ConsentRecord:
    """The user's agreement to the newest text.

    Raises ConsentMissing when there is none: never given, withdrawn, or given to an older text.
    """
    record = queries.valid_consent(user)
    if record is None:
        raise ConsentMissing(_("Please read and accept the consent text first."))
    return record
