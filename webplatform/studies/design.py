"""A study's design: the conditions that its sessions are compared by, and what it asks to know of participants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from webplatform.accounts.models import User


class ConditionQuerySet(models.QuerySet["Condition"]):
    """Conditions as a user may reach them."""

    def for_user(self, user: User) -> ConditionQuerySet:
        """The conditions of the studies that `user` is a member of."""
        return self.filter(study__memberships__user_id=user.pk)


class Condition(models.Model):
    """A label that the sessions of a study are compared by, such as "film A"."""

    study = models.ForeignKey("studies.Study", on_delete=models.CASCADE, related_name="conditions")
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)

    objects = ConditionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["study", "name"], name="condition_once_per_study")]

    def __str__(self) -> str:
        return self.name


class VariableQuerySet(models.QuerySet["Variable"]):
    """Variables as a user may reach them."""

    def for_user(self, user: User) -> VariableQuerySet:
        """The variables of the studies that `user` is a member of."""
        return self.filter(study__memberships__user_id=user.pk)


class Variable(models.Model):
    """What a study keeps of each participant beside the pseudonym, such as "age band"; the notice names it.

    The values are in `Participant.values`, by the variable's id as a string.
    """

    class Kind(models.TextChoices):
        TEXT = "text", _("text")
        NUMBER = "number", _("number")
        CHOICE = "choice", _("one of a list")

    study = models.ForeignKey("studies.Study", on_delete=models.CASCADE, related_name="variables")
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.TEXT)
    choices = models.JSONField(default=list, help_text=_("What may be chosen, in order; empty for other kinds."))
    position = models.PositiveSmallIntegerField(default=0)

    objects = VariableQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["study", "name"], name="variable_once_per_study")]

    def __str__(self) -> str:
        return self.name
