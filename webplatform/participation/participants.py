"""The people who are seen in a study: their pseudonyms, conditions and variables."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Literal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.common.errors import Conflict, Invalid
from webplatform.common.input.text import shown_text
from webplatform.studies.audit_trail import record
from webplatform.studies.models import Condition, Participant, Study
from webplatform.studies.permissions import require_recorder
from webplatform.studies.variables import checked_values, set_values

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is taken for another one
MAX_PSEUDONYM = 40


def add_participant(
    *,
    study: Study,
    user: User,
    pseudonym: str = "",
    language: str = "",
    variables: Mapping[str, object] | None = None,
) -> Participant:
    """The study has this participant; without a pseudonym they get one that says nothing.

    Raises:
        NotAllowed: the user may not record in the study.
        Invalid: the pseudonym looks like an address or is too long, the study lacks the language, or a variable has
            no such value.
        Conflict: the pseudonym is taken.
    """
    require_recorder(study, user)
    name = clean_pseudonym(pseudonym) or "P-" + "".join(secrets.choice(LETTERS) for _i in range(6))
    language = language or study.languages[0]
    if language not in study.languages:
        raise Invalid(_("The study does not offer this language."), field="language")
    values = {key: value for key, value in checked_values(study, variables or {}).items() if value is not None}
    participant = Participant(study=study, pseudonym=name, language=language, values=values, created_by=user)
    return _store(participant, user, "participant.added")


@transaction.atomic
def change_participant(
    *,
    participant: Participant,
    user: User,
    pseudonym: str | None = None,
    variables: Mapping[str, object] | None = None,
    condition: Condition | Literal["same"] | None = "same",
) -> Participant:
    """The participant has this pseudonym, condition and these values of variables; all of it changes, or nothing.

    Raises:
        NotAllowed, Invalid, Conflict: as for a new participant; Invalid, too, for another study's condition.
    """
    require_recorder(participant.study, user)
    if condition != "same" and condition != participant.condition:
        if condition is not None and condition.study_id != participant.study_id:
            raise Invalid(_("The study has no such condition."), field="condition")
        participant.condition = condition
        _store(participant, user, "participant.condition", ["condition"])
    if variables:
        set_values(participant=participant, user=user, values=variables)
    if pseudonym is not None and clean_pseudonym(pseudonym) != participant.pseudonym:
        participant.pseudonym = clean_pseudonym(pseudonym)
        if not participant.pseudonym:
            raise Invalid(_("A pseudonym cannot be empty."), field="pseudonym")
        _store(participant, user, "participant.renamed", ["pseudonym"])
    return participant


def clean_pseudonym(text: str) -> str:
    """The pseudonym on one line; empty for none.

    Raises Invalid where it looks like an address or is too long.
    """
    name = shown_text(text)
    if len(name) > MAX_PSEUDONYM or "@" in name:
        raise Invalid(_("A pseudonym has at most 40 characters and is no address or name."), field="pseudonym")
    return name


def _store(participant: Participant, user: User, action: str, fields: list[str] | None = None) -> Participant:
    try:
        with transaction.atomic():
            participant.save(update_fields=fields)
            record(actor=user, action=action, study=participant.study, participant=str(participant.pk))
    except IntegrityError as error:
        raise Conflict(_("The study has a participant of this pseudonym already."), field="pseudonym") from error
    return participant
