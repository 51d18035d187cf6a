"""Erase again what a restored backup has brought back, by the erasure log beside the database."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from webplatform.accounts.models import User
from webplatform.consent.models import ConsentRecord
from webplatform.consent.services import withdraw_again
from webplatform.history import erasure_log
from webplatform.history.models import Session
from webplatform.retention import erasing
from webplatform.studies.models import Participant, Study


def reapply() -> Counter[str]:
    """Nothing is in the database and on the disk that was erased before; returns how many of what came back and went.

    Numbers of accounts and consents are given again in a restored database: each is known by what else it was.
    """
    erased: Counter[str] = Counter()
    for entry in erasure_log.entries():
        erase_again = _AGAIN.get(entry["kind"])
        if erase_again is not None:
            erased[entry["kind"]] += erase_again(entry)
    return +erased


def fingerprint_of(record: ConsentRecord) -> str:
    """What tells the consent from another one that gets its number in a restored database."""
    text = f"{record.pk} {record.given_at.isoformat()} {record.text_digest}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _session(entry: dict[str, Any]) -> int:
    sessions = Session.everything.filter(pk=_uuid(entry))
    count = sessions.count()
    erasing.erase_sessions(sessions)
    return count


def _participant(entry: dict[str, Any]) -> int:
    participant = Participant.objects.filter(pk=_uuid(entry)).first()
    if participant is not None:
        erasing.erase_participant_data(participant)
    return int(participant is not None)


def _study(entry: dict[str, Any]) -> int:
    study = Study.objects.filter(pk=_uuid(entry)).first()
    if study is not None:
        erasing.erase_study_data(study)
    return int(study is not None)


def _account(entry: dict[str, Any]) -> int:
    user = User.objects.filter(pk=entry["subject"]).first()
    if user is None or erasing.fingerprint(user) != entry.get("check"):
        return 0
    User.objects.filter(pk=user.pk).update(is_active=False)
    erasing.erase_account_data(user)
    return 1


def _consent(entry: dict[str, Any]) -> int:
    record = ConsentRecord.objects.filter(pk=entry["subject"]).first()
    if record is None or fingerprint_of(record) != entry.get("check"):
        return 0
    return int(withdraw_again(record=record, scopes=entry.get("scopes", [])))


def _uuid(entry: dict[str, Any]) -> UUID | None:
    with suppress(ValueError):
        return UUID(str(entry["subject"]))
    return None


_AGAIN: dict[str, Callable[[dict[str, Any]], int]] = {
    "session": _session,
    "participant": _participant,
    "study": _study,
    "account": _account,
    "consent": _consent,
}
