"""Where a user may record, and whom."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.common.errors import NotAllowed
from webplatform.studies.models import Condition, Participant, Stimulus, Study
from webplatform.studies.services import personal_study

Row = TypeVar("Row", bound=Model)


def find_study(user: User, study_id: str) -> Study:
    """The study of that id, or the personal one for none.

    Raises:
        NotAllowed: the user can reach no such study.
    """
    if not study_id:
        return personal_study(user)
    study = _row_by_key(Study.objects.for_user(user), study_id)
    if study is None:
        raise NotAllowed(_("There is no such study."))
    return study


def find_participant(user: User, participant_id: str) -> Participant | None:
    """The participant of that id; None for none.

    Raises:
        NotAllowed: the user can reach no such participant.
    """
    if not participant_id:
        return None
    participant = _row_by_key(Participant.objects.for_user(user).select_related("study"), participant_id)
    if participant is None:
        raise NotAllowed(_("There is no such participant."))
    return participant


def find_condition(study: Study, condition_id: str) -> Condition | None:
    """The study's condition of that id; None for none.

    Raises:
        NotAllowed: the study has no such condition.
    """
    if not condition_id:
        return None
    number = int(condition_id) if condition_id.isdecimal() and len(condition_id) < 10 else None
    condition = study.conditions.filter(pk=number).first()
    if condition is None:
        raise NotAllowed(_("There is no such condition in this study."))
    return condition


def find_stimulus(study: Study, stimulus_id: str) -> Stimulus | None:
    """The study's film of that id; None for none.

    Raises:
        NotAllowed: the study has no such film.
    """
    if not stimulus_id:
        return None
    stimulus = _row_by_key(study.stimuli.select_related("condition"), stimulus_id)
    if stimulus is None:
        raise NotAllowed(_("There is no such film in this study."))
    return stimulus


def _row_by_key(rows: QuerySet[Row], key: str) -> Row | None:
    try:
        return rows.filter(pk=UUID(key)).first()
    except ValueError:
        return None
