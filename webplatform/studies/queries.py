"""Reading studies: lists, and what waits for whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db.models import Case, Count, F, Q, QuerySet, When

from webplatform.accounts.models import User
from webplatform.accounts.permissions import is_admin
from webplatform.studies.models import (
    Condition,
    Membership,
    Participant,
    ParticipantRequest,
    Study,
    StudyApproval,
    Variable,
)
from webplatform.studies.roles import Role


def studies_of(user: User) -> QuerySet[Study]:
    """The user's studies with `role`, and how many participants and open requests each has."""
    is_open = Q(participants__requests__state=ParticipantRequest.State.OPEN)
    return (
        Study.objects.for_user(user)
        .annotate(
            role=F("memberships__role"),
            participant_count=Count("participants", distinct=True),
            open_requests=Count("participants__requests", filter=is_open, distinct=True),
        )
        .order_by("-is_personal", "name")
    )


def waiting_questions(user: User) -> list[StudyApproval]:
    """The studies on which this admin may decide; for everybody else there are none."""
    if not is_admin(user):
        return []
    waiting = StudyApproval.objects.filter(decided_at=None).exclude(asked_by=user)
    return list(waiting.exclude(study__memberships__user=user).select_related("study", "asked_by"))


def decided_questions(newest: int = 50) -> QuerySet[StudyApproval]:
    """What admins have decided, the newest first."""
    decided = StudyApproval.objects.filter(decided_at__isnull=False).select_related("study", "decided_by")
    return decided.order_by("-decided_at")[:newest]


def members_of(study: Study) -> QuerySet[Membership]:
    """The study's members with their users, owners first."""
    order = Case(When(role=Role.OWNER, then=0), When(role=Role.ANALYST, then=1), default=2)
    return study.memberships.select_related("user").order_by(order, "user__email")


def variables_of(participant: Participant, variables: Iterable[Variable] | None = None) -> dict[str, str | float]:
    """What the study's variables are of this participant, by their names and in the study's order."""
    selected = participant.study.variables.all() if variables is None else variables
    values = {variable.name: participant.values.get(str(variable.pk)) for variable in selected}
    return {name: value for name, value in values.items() if value is not None}


def conditions_with_sessions(study: Study) -> QuerySet[Condition]:
    """The study's conditions with `session_count`: how many sessions bear each."""
    return study.conditions.annotate(session_count=Count("sessions", filter=Q(sessions__binned_at=None))).order_by(
        "position", "id"
    )


def variables_with_values(study: Study) -> list[Variable]:
    """The study's variables with `value_count`: of how many participants each is known."""
    variables = list(study.variables.all())
    counts = Counter(key for values in study.participants.values_list("values", flat=True) for key in values)
    for variable in variables:
        variable.value_count = counts[str(variable.pk)]
    return variables
