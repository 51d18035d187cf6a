"""What the filters of the list of sessions offer, and the views of it that a user has saved."""

from __future__ import annotations

from typing import Any

from webplatform.accounts.models import User
from webplatform.history.models import Session
from webplatform.history.selection import NO_CONDITION, Sort
from webplatform.modelhub.models import ModelVersion
from webplatform.studies.models import Condition, Participant, Study
from webplatform.studies.permissions import studies_where
from webplatform.studies.roles import Act

MOST = 500  # participants in one menu; with more of them, the search by pseudonym finds each


def filter_choices(user: User) -> dict[str, list[dict[str, Any]]]:
    """For each filter its options as value and name, of what the user may see."""
    sessions = Session.objects.for_user(user).order_by()
    by = User.objects.filter(pk__in=sessions.values("created_by")).order_by("email")
    models = ModelVersion.objects.filter(pk__in=sessions.values("model_version")).order_by("name", "version")
    conditions = Condition.objects.for_user(user).select_related("study").order_by("study__name", "position", "id")
    participants = Participant.objects.for_user(user).select_related("study").order_by("study__name", "pseudonym")
    return {
        "studies": [_option(study.pk, study.name) for study in Study.objects.for_user(user)],
        "participants": [_option(one.pk, f"{one.pseudonym} · {one.study}") for one in participants[:MOST]],
        "conditions": [_option(one.pk, f"{one.name} · {one.study}") for one in conditions],
        "by": [_option(one.pk, one.email) for one in by],
        "models": [_option(one.pk, str(one)) for one in models],
        "sorts": [_option(value, name) for value, name in Sort.choices],
    }


def conditions_to_give(user: User) -> list[Condition]:
    """The conditions that the user may give to sessions."""
    conditions = Condition.objects.filter(study__in=studies_where(user, Act.ANNOTATE))
    return list(conditions.select_related("study").order_by("study__name", "position", "id"))


def _option(value: object, name: object) -> dict[str, Any]:
    return {"value": str(value), "name": name}


__all__ = ["NO_CONDITION", "conditions_to_give", "filter_choices"]
