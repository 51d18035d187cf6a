"""The conditions of a study: named, ordered and removed by its owner."""

from __future__ import annotations

from django.db import IntegrityError, models, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.common.errors import Conflict, Invalid
from webplatform.common.input.text import shown_text
from webplatform.studies.audit_trail import record
from webplatform.studies.models import Condition, Study, Variable
from webplatform.studies.permissions import require_owner

MOST = 50
MAX_NAME = 60


def add_condition(*, study: Study, user: User, name: str) -> Condition:
    """The study has this condition, behind the others.

    Raises:
        NotAllowed: the user does not own the study.
        Invalid: the name is blank or too long.
        Conflict: the study has it already, or has as many as it may.
    """
    require_owner(study, user)
    name = clean_name(name)
    return add_label(Condition(study=study, name=name), user, "condition.added")


def rename_condition(*, condition: Condition, user: User, name: str) -> Condition:
    """The condition has this name; the sessions that bear it bear it still.

    Raises:
        NotAllowed, Invalid, Conflict: as for a new one.
    """
    require_owner(condition.study, user)
    condition.name = clean_name(name)
    return save_label(condition, user, "condition.renamed")


@transaction.atomic
def remove_condition(*, condition: Condition, user: User) -> int:
    """The condition is gone; its sessions stay, without one. Returns how many there were.

    Raises:
        NotAllowed: the user does not own the study.
    """
    study, number = condition.study, condition.pk
    require_owner(study, user)
    sessions = condition.sessions.count()
    condition.delete()
    record(actor=user, action="condition.removed", study=study, condition=number, sessions=sessions)
    return sessions


@transaction.atomic
def move_label(*, label: Condition | Variable, user: User, by: int) -> None:
    """The condition or variable stands one place earlier (-1) or later (1) in its study; at the end it stays.

    Raises:
        NotAllowed: the user does not own the study.
    """
    require_owner(label.study, user)
    Study.objects.select_for_update().get(pk=label.study_id)
    labels = list(type(label).objects.filter(study=label.study_id))
    index = labels.index(label)
    target = min(max(index + by, 0), len(labels) - 1)
    labels.insert(target, labels.pop(index))
    for position, item in enumerate(labels):
        item.position = position
    type(label).objects.bulk_update(labels, ["position"])


def add_label(label: Condition | Variable, user: User, action: str) -> Condition | Variable:
    """Store a new condition or variable behind the others; the audit log says so."""
    siblings = type(label).objects.filter(study=label.study)
    if siblings.count() >= MOST:
        raise Conflict(_("A study has at most %(most)d of them.") % {"most": MOST}, field="name")
    last = siblings.aggregate(last=Max("position"))["last"]
    label.position = 0 if last is None else last + 1
    return save_label(label, user, action)


def save_label(label: models.Model, user: User, action: str) -> Condition | Variable:
    """Store a condition or variable; the audit log says so."""
    try:
        with transaction.atomic():
            label.save()
            record(actor=user, action=action, study=label.study, **{type(label).__name__.lower(): label.pk})
    except IntegrityError as error:
        raise Conflict(_("The study has “%(name)s” already.") % {"name": label.name}, field="name") from error
    return label


def clean_name(name: str) -> str:
    """The name of a condition or variable, on one line.

    Raises Invalid where nothing is left of it, or too much.
    """
    cleaned = shown_text(name)
    if not cleaned or len(cleaned) > MAX_NAME:
        raise Invalid(_("A name has from 1 to %(most)d characters.") % {"most": MAX_NAME}, field="name")
    return cleaned
