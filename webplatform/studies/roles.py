"""Who may do what in a study: the table of roles. `permissions` asks it for a user, `Membership` for the database."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a member of a study is there for."""

    OWNER = "owner", _("owner")
    ANALYST = "analyst", _("analyst")
    VIEWER = "viewer", _("viewer")


class Act(Enum):
    """What somebody wants to do in a study."""

    VIEW = auto()  # see the study, its sessions and results, and export them: every member, found by `for_user`
    RECORD = auto()  # add sessions and participants, give participants their links
    ANNOTATE = auto()  # change what is said of a session: title, marks, people, corrections, condition
    DELETE = auto()  # delete any session; see `may_delete`
    OWN = auto()  # change the study itself, its members, days and webhooks; erase and answer participants; share


ROLES: Mapping[Act, frozenset[Role]] = MappingProxyType(
    {
        Act.VIEW: frozenset(Role),
        Act.RECORD: frozenset({Role.OWNER, Role.ANALYST}),
        Act.ANNOTATE: frozenset({Role.OWNER, Role.ANALYST}),
        Act.DELETE: frozenset({Role.OWNER}),
        Act.OWN: frozenset({Role.OWNER}),
    }
)


def may(act: Act, role: str | None) -> bool:
    """Whether a member of this role may do it; None, for no member, may nothing."""
    return role in ROLES[act]


def may_delete(role: str | None, *, is_recorder: bool) -> bool:
    """Whether a member may delete a session: those whose role says so, and each member what they recorded.

    `permissions.deletable_by` is the same for the database.
    """
    return may(Act.DELETE, role) or (is_recorder and may(Act.VIEW, role))
