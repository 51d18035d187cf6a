"""Whether a user may do something in a study; what each role may is the table in `roles`."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.common.database.rows import require_row
from webplatform.common.errors import NotAllowed
from webplatform.studies.models import Membership, Study
from webplatform.studies.roles import Act, may


def role_in(study: Study, user: User) -> str | None:
    """The user's role in a study; None for strangers."""
    return Membership.objects.filter(study=study, user=user).values_list("role", flat=True).first()


def may_in(study: Study, user: User, act: Act) -> bool:
    """Whether the user may do it in this study."""
    return may(act, role_in(study, user))


def studies_where(user: User, act: Act) -> QuerySet[Membership]:
    """The numbers of the studies in which the user may do it, for `study__in=`."""
    return Membership.objects.who_may(act).filter(user=user).values("study")


def deletable_by(user: User) -> Q:
    """Of the sessions that the user reaches, those that they may delete: `roles.may_delete` for the database."""
    return Q(study__in=studies_where(user, Act.DELETE)) | Q(created_by=user)


def require_owner(study: Study, user: User) -> None:
    """Raises NotAllowed for everybody but the study's owners."""
    if not may_in(study, user, Act.OWN):
        raise NotAllowed(_("Only an owner of the study may do this."))


def require_recorder(study: Study, user: User) -> None:
    """Raises NotAllowed for everybody but the study's owners and analysts."""
    if not may_in(study, user, Act.RECORD):
        raise NotAllowed(_("Only owners and analysts of the study may do this."))


def reached_study(user: User, pk: UUID) -> Study:
    """The study, for its members; raises NotFound for everybody else."""
    return require_row(Study.objects.for_user(user), pk=pk)


def owned_study(user: User, pk: UUID) -> Study:
    """The study, for one of its owners.

    Raises:
        NotFound: the user has no part in it, or it does not exist.
        NotAllowed: the user has a part in it and does not own it.
    """
    study = reached_study(user, pk)
    require_owner(study, user)
    return study
