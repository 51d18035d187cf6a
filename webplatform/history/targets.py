"""Whose face a recording shows: the user's own, or that of a participant in a study; and in which condition."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from webplatform.accounts.models import User
from webplatform.common.database.rows import require_row
from webplatform.common.errors import NotFound
from webplatform.consent.consent_status import consent_statuses_of
from webplatform.consent.models import ConsentScope
from webplatform.consent.queries import effective_scopes, valid_consent
from webplatform.studies.models import Condition, Participant, Study
from webplatform.studies.permissions import studies_where
from webplatform.studies.place import Place
from webplatform.studies.roles import Act
from webplatform.studies.services import personal_study

MOST = 500
SELF = "self"


@dataclass(frozen=True, slots=True)
class Person:
    """A participant as a menu offers them."""

    participant: Participant
    is_ready: bool
    is_kept: bool  # whether a video of them stays on the server once it is read

    @property
    def value(self) -> str:
        """What the menu sends for them."""
        return f"participant={self.participant.pk}"


@dataclass(frozen=True, slots=True)
class Target:
    """A study with whom may be recorded in it."""

    study: Study
    people: list[Person]
    conditions: list[Condition]


@dataclass(frozen=True, slots=True)
class Choices:
    """Who may be recorded, and where.

    Args:
        may_be_self: whether the user has agreed for the own face.
        own: conditions of the personal area.
        keeps_own: whether the personal area keeps a video of the user.
        may_keep: whether the user agreed that videos of them are kept where a study keeps any.
    """

    may_be_self: bool
    targets: list[Target]
    own: list[Condition]
    keeps_own: bool = False
    may_keep: bool = False

    @property
    def is_anybody(self) -> bool:
        """Whether there is anybody to record now."""
        return self.may_be_self or any(person.is_ready for target in self.targets for person in target.people)

    @property
    def conditions(self) -> list[Condition]:
        """The conditions of all of these places."""
        return [*self.own, *(condition for target in self.targets for condition in target.conditions)]


def studies_to_record_in(user: User) -> list[Study]:
    """The open studies in which the user may record; the personal one is among them."""
    personal_study(user)
    return list(Study.objects.filter(pk__in=studies_where(user, Act.RECORD), closed_at=None))


def choices_of(user: User) -> Choices:
    """Whom the user may record now."""
    studies = studies_to_record_in(user)
    shared = [study for study in studies if not study.is_personal]
    people: dict[UUID, list[Person]] = {study.pk: [] for study in shared}
    statuses = consent_statuses_of(shared) if shared else {}
    keeping = {study.pk: study.capture_mode == Study.CaptureMode.MEDIA for study in studies}
    for one in Participant.objects.filter(study__in=shared).order_by("pseudonym")[:MOST]:
        status = statuses[one.pk]
        is_kept = ConsentScope.KEEP_MEDIA in status["scopes"] and keeping[one.study_id]
        people[one.study_id].append(Person(one, status["is_valid"], is_kept))
    conditions: dict[UUID, list[Condition]] = {study.pk: [] for study in studies}
    for condition in Condition.objects.filter(study__in=studies):
        conditions[condition.study_id].append(condition)
    own = [condition for study in studies if study.is_personal for condition in conditions[study.pk]]
    targets = [Target(study, people[study.pk], conditions[study.pk]) for study in shared]
    own_consent = valid_consent(user)
    may_keep = own_consent is not None and ConsentScope.KEEP_MEDIA in effective_scopes(own_consent)
    personal = next((study for study in studies if study.is_personal), None)
    keeps_own = may_keep and (personal is None or keeping[personal.pk])
    return Choices(own_consent is not None, targets, own, keeps_own, may_keep)


def participants_to_name(user: User) -> list[tuple[Study, list[Participant]]]:
    """The open studies in which the user may record, each with its participants who have agreed."""
    reachable = Study.objects.filter(pk__in=studies_where(user, Act.RECORD))
    studies = list(reachable.filter(is_personal=False, closed_at=None).order_by("name"))
    if not studies:
        return []
    statuses = consent_statuses_of(studies)
    people = Participant.objects.filter(study__in=studies).order_by("pseudonym")[:MOST]
    ready = [one for one in people if statuses[one.pk]["is_valid"]]
    by_study = [(study, [one for one in ready if one.study_id == study.pk]) for study in studies]
    return [(study, participants) for study, participants in by_study if participants]


def place_named(user: User, name: str, condition: str = "") -> Place:
    """The place for "study=…", "participant=…", "self" or nothing, and a condition's number or nothing.

    Raises NotFound for one that the user cannot reach.
    """
    kind, _equals, number = name.partition("=")
    reachable = {"study": Study, "participant": Participant}
    owner: dict[str, Study | Participant] = {}
    if kind in reachable:
        owner[kind] = require_row(reachable[kind].objects.for_user(user), pk=_uuid(number))
    elif name not in ("", SELF):
        raise NotFound
    return Place(**owner, condition=_condition(user, condition))


def _condition(user: User, number: str) -> Condition | None:
    if not number:
        return None
    key = int(number) if number.isdecimal() and len(number) < 10 else None
    return require_row(Condition.objects.for_user(user), pk=key)


def _uuid(number: str) -> UUID | None:
    try:
        return UUID(number)
    except ValueError:
        return None
