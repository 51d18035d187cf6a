"""The filters and the order of a list of sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F, Q, QuerySet, TextChoices
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext_lazy as _

from webplatform.accounts.models import User
from webplatform.history.models import Session
from webplatform.studies.models import Participant

NO_CONDITION = "none"


class Sort(TextChoices):
    """The orders of a list; the first one is the usual one."""

    NEWEST = "newest", _("newest first")
    OLDEST = "oldest", _("oldest first")
    TITLE = "title", _("by title")
    PARTICIPANT = "participant", _("by participant")
    CONDITION = "condition", _("by condition")
    LONGEST = "longest", _("longest first")


_ORDERS: dict[str, list[OrderBy | str]] = {
    Sort.NEWEST: ["-created_at"],
    Sort.OLDEST: ["created_at"],
    Sort.TITLE: ["title", "-created_at"],
    Sort.PARTICIPANT: [F("participant__pseudonym").asc(nulls_last=True), "created_at"],
    Sort.CONDITION: [F("condition__position").asc(nulls_last=True), F("participant__pseudonym").asc(nulls_last=True)],
    Sort.LONGEST: [F("duration_ms").desc(nulls_last=True)],
}


@dataclass(frozen=True, slots=True)
class Selection:
    """What a list is narrowed to; empty fields narrow nothing.

    Args:
        q: looked for in titles, external ids, pseudonyms, studies, conditions and values of variables.
        condition: its number, or "none".
        external_id: what a program calls the session, all of it.
        by: the id of the account that recorded.
        model: the number of a model version.
        since, until: the first and the last day of recording, in the reader's time zone.
    """

    q: str = ""
    state: str = ""
    source: str = ""
    study: UUID | None = None
    participant: UUID | None = None
    condition: str = ""
    external_id: str = ""
    by: int | None = None
    model: int | None = None
    since: date | None = None
    until: date | None = None
    sort: str = Sort.NEWEST


def select(user: User, sessions: QuerySet[Session], selection: Selection) -> QuerySet[Session]:
    """Those of the user's sessions that are meant, in the order that is asked for."""
    exact = {
        "state": selection.state,
        "source": selection.source,
        "study": selection.study,
        "participant": selection.participant,
        "external_id": selection.external_id,
        "created_by": selection.by,
        "model_version": selection.model,
        "created_at__date__gte": selection.since,
        "created_at__date__lte": selection.until,
    }
    sessions = sessions.filter(**{name: value for name, value in exact.items() if value})
    if selection.condition == NO_CONDITION:
        sessions = sessions.filter(condition=None)
    elif selection.condition:
        sessions = sessions.filter(condition=int(selection.condition))
    if q := selection.q.strip():
        sessions = sessions.filter(_mentioning(user, q))
    return sessions.order_by(*_ORDERS[selection.sort or Sort.NEWEST], "id")


def _mentioning(user: User, q: str) -> Q:
    fields = ("title", "external_id", "participant__pseudonym", "study__name", "condition__name")
    matches = Q(participant__in=_with_value(user, q.casefold()))
    for field in fields:
        matches |= Q(**{f"{field}__icontains": q})
    return matches


def _with_value(user: User, q: str) -> list[UUID]:
    """Participants one of whose values holds the text: what JSON's text looks like differs between databases."""
    participants = Participant.objects.for_user(user).exclude(values={}).values_list("pk", "values")
    return [pk for pk, values in participants if any(q in str(value).casefold() for value in values.values())]
