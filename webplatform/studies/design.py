"""A study's design: the conditions of its sessions, what it asks to know of participants, the films it shows them."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
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


STIMULUS_KEY = "stimulus-"  # what the names of films' keys begin with


class StimulusOrder(models.TextChoices):
    """In which order a study shows its films."""

    FIXED = "fixed", _("in the order of the list")
    RANDOM = "random", _("in an order drawn for each participant")


def stimuli_folder() -> Path:
    """Where the films of all studies lie, each sealed with a key of its own."""
    return Path(settings.MEDIA_ROOT) / "stimuli"


class StimulusQuerySet(models.QuerySet["Stimulus"]):
    """Films as a user may reach them."""

    def for_user(self, user: User) -> StimulusQuerySet:
        """The films of the studies that `user` is a member of."""
        return self.filter(study__memberships__user_id=user.pk)


class Stimulus(models.Model):
    """A film that a study shows to participants while their camera is read; it lies sealed under a key of its own.

    A session in which it was shown names it, and counts its times from the film's start.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey("studies.Study", on_delete=models.CASCADE, related_name="stimuli")
    title = models.CharField(max_length=60)
    condition = models.ForeignKey(Condition, on_delete=models.SET_NULL, null=True, related_name="stimuli")
    position = models.PositiveSmallIntegerField(default=0)
    stored_name = models.CharField(max_length=40)
    content_type = models.CharField(max_length=60)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    duration_ms = models.PositiveIntegerField(help_text=_("As its header states it."))
    created_at = models.DateTimeField(auto_now_add=True)

    objects = StimulusQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        verbose_name_plural = "stimuli"
        constraints = [models.UniqueConstraint(fields=["study", "title"], name="stimulus_once_per_study")]

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> str:
        """What conditions and variables have, too: by what they are told apart in a list."""
        return self.title

    @property
    def key_name(self) -> str:
        """What its key is called in the vault."""
        return f"{STIMULUS_KEY}{self.pk}"

    @property
    def folder(self) -> Path:
        """Where its file lies, under a name of ours."""
        return stimuli_folder() / str(self.pk)
