"""The variables of a study, and what they are of each participant."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.common.errors import Conflict, Invalid
from webplatform.common.input.text import shown_text
from webplatform.studies.audit_trail import record
from webplatform.studies.conditions import add_label, clean_name, save_label
from webplatform.studies.models import Participant, Study, Variable
from webplatform.studies.permissions import require_owner, require_recorder

MAX_TEXT = 200
MOST_CHOICES = 50
# What tables of participants call their own columns, in the languages of the pages.
COLUMNS = {"pseudonym": "pseudonym", "nama samaran": "pseudonym", "participant": "pseudonym", "peserta": "pseudonym"}
COLUMNS |= {"language": "language", "bahasa": "language", "condition": "condition", "kondisi": "condition"}


def add_variable(*, study: Study, user: User, name: str, kind: str, choices: Iterable[str] = ()) -> Variable:
    """Add a variable to the study; the participants' notice lists it, and those who agreed are asked again.

    Raises:
        NotAllowed: the user does not own the study.
        Invalid: the name is blank or too long, there is no such kind, or a list without two choices.
        Conflict: the study has it already, or has as many as it may.
    """
    require_owner(study, user)
    if kind not in Variable.Kind.values:
        raise Invalid(_("This is not one of the choices."), field="kind")
    variable = Variable(study=study, name=_clean_name(name), kind=kind, choices=_clean_choices(kind, choices))
    return add_label(variable, user, "variable.added")


def change_variable(
    *, variable: Variable, user: User, name: str | None = None, choices: Iterable[str] | None = None
) -> Variable:
    """The variable has this name and these choices; a new name changes the notice, and everybody is asked again.

    Raises:
        NotAllowed, Invalid, Conflict: as for a new one; Conflict, too, where a choice goes that somebody has.
    """
    require_owner(variable.study, user)
    if name is not None:
        variable.name = _clean_name(name)
    if choices is not None:
        cleaned = _clean_choices(variable.kind, choices)
        lost = {value for value in _values_in_use(variable) if value not in cleaned}
        if variable.kind == Variable.Kind.CHOICE and lost:
            raise Conflict(
                _("Participants have “%(value)s”. Change that first.") % {"value": sorted(lost)[0]}, field="choices"
            )
        variable.choices = cleaned
    return save_label(variable, user, "variable.changed")


@transaction.atomic
def remove_variable(*, variable: Variable, user: User) -> int:
    """The variable is gone, and what was kept under it of each participant; returns of how many.

    Raises:
        NotAllowed: the user does not own the study.
    """
    study, number = variable.study, variable.pk
    require_owner(study, user)
    concerned = [
        participant for participant in study.participants.select_for_update() if str(number) in participant.values
    ]
    for participant in concerned:
        del participant.values[str(number)]
    Participant.objects.bulk_update(concerned, ["values"])
    variable.delete()
    record(actor=user, action="variable.removed", study=study, variable=number, participants=len(concerned))
    return len(concerned)


@transaction.atomic
def set_values(*, participant: Participant, user: User, values: Mapping[str, object]) -> Participant:
    """The participant has these values, by the variables' names; an empty one is no value, others stay as they are.

    Raises:
        NotAllowed: the user may not record in the study.
        Invalid: the study has no such variable, or the value is not of its kind; `details` name it as `field`.
    """
    study = participant.study
    require_recorder(study, user)
    checked = checked_values(study, values)
    locked = Participant.objects.select_for_update().get(pk=participant.pk)
    merged = locked.values | checked
    participant.values = {key: value for key, value in merged.items() if value is not None}
    participant.save(update_fields=["values"])
    changed = sorted(int(key) for key in checked if locked.values.get(key) != checked[key])
    if changed:
        record(actor=user, action="participant.values", study=study, participant=str(participant.pk), variables=changed)
    return participant


def checked_values(study: Study, values: Mapping[str, object]) -> dict[str, str | float | None]:
    """The values as they are stored, by the variables' ids; None where there is none.

    Raises Invalid as `set_values` does.
    """
    variables = list(study.variables.all())
    by_name = {variable.name.casefold(): variable for variable in variables}
    by_name |= {variable.name: variable for variable in variables}  # as it is written goes before capitals apart
    stored = {}
    for name, value in values.items():
        variable = by_name.get(name) or by_name.get(name.casefold())
        if variable is None:
            raise Invalid(_("The study has no variable “%(name)s”.") % {"name": name}, field=name)
        stored[str(variable.pk)] = read_value(variable, value)
    return stored


def read_value(variable: Variable, value: object) -> str | float | None:
    """What somebody wrote, as the variable's kind has it; None for nothing.

    Raises Invalid where it is of another kind.
    """
    text = shown_text("" if value is None else str(value))
    if not text:
        return None
    if variable.kind == Variable.Kind.NUMBER:
        return _read_number(variable, text)
    if variable.kind == Variable.Kind.CHOICE and text not in variable.choices:
        values = {"name": variable.name, "choices": ", ".join(variable.choices)}
        raise Invalid(_("“%(name)s” is one of: %(choices)s.") % values, field=variable.name)
    if len(text) > MAX_TEXT:
        values = {"name": variable.name, "most": MAX_TEXT}
        raise Invalid(_("“%(name)s” has at most %(most)d characters.") % values, field=variable.name)
    return text


def _clean_name(name: str) -> str:
    cleaned = clean_name(name)
    if cleaned.casefold() in COLUMNS:
        raise Invalid(_("“%(name)s” is a column of every table of participants.") % {"name": cleaned}, field="name")
    return cleaned


def _read_number(variable: Variable, text: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise Invalid(_("“%(name)s” is a number, such as 3 or 2.5.") % {"name": variable.name}, field=variable.name)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _clean_choices(kind: str, choices: Iterable[str]) -> list[str]:
    if kind != Variable.Kind.CHOICE:
        return []
    cleaned = list(dict.fromkeys(filter(None, (shown_text(choice)[:MAX_TEXT] for choice in choices))))
    if not 2 <= len(cleaned) <= MOST_CHOICES:
        raise Invalid(_("A list has from 2 to %(most)d choices.") % {"most": MOST_CHOICES}, field="choices")
    return cleaned


def _values_in_use(variable: Variable) -> set[str]:
    rows = variable.study.participants.values_list("values", flat=True)
    return {values[str(variable.pk)] for values in rows if str(variable.pk) in values}
