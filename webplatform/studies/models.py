"""What sessions are recorded for, and who takes part in that work."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from webplatform.accounts.models import User


class StudyQuerySet(models.QuerySet["Study"]):
    """Studies as a user may reach them."""

    def for_user(self, user: User) -> StudyQuerySet:
        """The studies that `user` is a member of; nobody else's, staff or not."""
        return self.filter(memberships__user_id=user.pk)


class Study(models.Model):
    """A purpose that sessions are recorded for. Each account starts with a personal one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    purpose = models.TextField(blank=True)
    is_personal = models.BooleanField(default=False)
    members = models.ManyToManyField(User, through="Membership", related_name="studies")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = StudyQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "studies"

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A user's part in a study."""

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        ANALYST = "analyst", _("analyst")
        VIEWER = "viewer", _("viewer")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "study"], name="membership_once_per_study")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.study_id}"
