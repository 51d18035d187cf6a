"""What changes in studies and who belongs to them."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.studies.models import Membership, Study


@transaction.atomic
def personal_study(user: User) -> Study:
    """The study that `user` records for alone exists, and is returned; a second call returns the same one."""
    # Locking the user's row lets one of two simultaneous calls wait (PostgreSQL); SQLite's writers wait anyway.
    User.objects.select_for_update().get(pk=user.pk)
    owned = Membership.objects.filter(user=user, role=Membership.Role.OWNER)
    study = Study.objects.filter(is_personal=True, memberships__in=owned).first()
    if study is None:
        study = Study.objects.create(name=_("Personal"), is_personal=True)
        Membership.objects.create(user=user, study=study, role=Membership.Role.OWNER)
    return study
