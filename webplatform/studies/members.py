"""Who belongs to a study, as what; a study always has an owner who can log in."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.common.errors import Conflict, Invalid
from webplatform.studies.audit_trail import record
from webplatform.studies.models import Membership, Study
from webplatform.studies.permissions import require_owner
from webplatform.studies.roles import Role


@transaction.atomic
def change_role(*, membership: Membership, role: str, by: User) -> Membership:
    """The member has this role from now on; live sockets that it does not cover end within two seconds.

    Raises:
        NotAllowed: `by` does not own the study.
        Invalid: there is no such role.
        Conflict: the study would be left without an owner.
    """
    study = _locked(membership.study)
    require_owner(study, by)
    if role not in Role.values:
        raise Invalid(_("This is not one of the choices."), field="role")
    before = membership.role
    if role != before:
        Membership.objects.filter(pk=membership.pk).update(role=role)
        _require_an_owner(study)
        membership.refresh_from_db(fields=["role"])
        record(actor=by, action="member.role_changed", study=study, member=membership.user_id, before=before, role=role)
    return membership


@transaction.atomic
def remove_member(*, membership: Membership, by: User) -> None:
    """The person has no part in the study any more; what they recorded stays in it. Twice is the same as once.

    Raises:
        NotAllowed: `by` neither owns the study nor is the member.
        Conflict: the study would be left without an owner.
    """
    study = _locked(membership.study)
    if membership.user_id != by.pk:
        require_owner(study, by)
    if Membership.objects.filter(pk=membership.pk).delete()[0]:
        _require_an_owner(study)
        action = "member.left" if membership.user_id == by.pk else "member.removed"
        record(actor=by, action=action, study=study, member=membership.user_id)


def _locked(study: Study) -> Study:
    # Of two owners who remove each other at once, one waits (PostgreSQL); SQLite's writers wait anyway.
    return Study.objects.select_for_update().get(pk=study.pk)


def _require_an_owner(study: Study) -> None:
    owners = Membership.objects.owners().filter(study=study, user__is_active=True)
    if not owners.exists():
        raise Conflict(_("A study needs an owner. Make somebody else an owner first."))
