"""Whether participants have agreed to the current text and facts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from webplatform.consent.models import ConsentRecord, ConsentScope
from webplatform.consent.notices import notice_of
from webplatform.consent.queries import latest_of, latest_of_each, scopes_left
from webplatform.studies.models import Participant, Study


def consent_status_of(participant: Participant) -> dict[str, Any]:
    """What the participant has agreed to, and whether they have to be asked (again)."""
    return _standing(participant.study, latest_of(participant), {})


def consent_statuses_of(studies: Iterable[Study]) -> dict[UUID, dict[str, Any]]:
    """The same for every participant of the studies, by their ids; in two queries and a few for each notice."""
    statuses: dict[UUID, dict[str, Any]] = {}
    digests: dict[tuple[UUID, str], str] = {}
    by_id = {study.pk: study for study in studies}
    people = Participant.objects.filter(study__in=by_id)
    records = {record.participant_id: record for record in latest_of_each(people)}
    for pk, study_id in people.values_list("pk", "study_id"):
        statuses[pk] = _standing(by_id[study_id], records.get(pk), digests)
    return statuses


def _standing(study: Study, record: ConsentRecord | None, digests: dict[tuple[UUID, str], str]) -> dict[str, Any]:
    """`digests` remembers the notice of each study and language."""
    scopes = scopes_left(record) if record else []
    is_current = record is not None and record.text_digest == _digest(study, record.language, digests)
    is_valid = ConsentScope.ANALYSE in scopes and is_current
    return {"record": record, "scopes": scopes, "is_valid": is_valid, "is_asked_again": bool(scopes) and not is_valid}


def _digest(study: Study, language: str, digests: dict[tuple[UUID, str], str]) -> str:
    key = (study.pk, language)
    if key not in digests:
        digests[key] = notice_of(study, language).digest
    return digests[key]
