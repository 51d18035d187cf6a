"""The models that sessions are read with."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from webplatform.accounts.models import User


class ModelVersion(models.Model):
    """A registered bundle: candidate -> active -> retired (-> active again by rolling back). Exactly one is active."""

    class State(models.TextChoices):
        CANDIDATE = "candidate", _("candidate")
        ACTIVE = "active", _("active")
        RETIRED = "retired", _("retired")

    name = models.CharField(max_length=80)
    version = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True, help_text=_("SHA-256 of the bundle's SHA256SUMS, hex."))
    bundle_path = models.CharField(
        max_length=500, help_text=_("The bundle's folder; relative to the project if it lies inside.")
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.CANDIDATE)
    metrics = models.JSONField(default=dict)
    signed_by = models.CharField(
        max_length=16, blank=True, help_text=_("Which trusted key signed it, if it was brought in.")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="active"), name="modelversion_exactly_one_active"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def folder(self) -> Path:
        """Where the bundle lies on this machine."""
        return settings.ROOT / self.bundle_path


class Promotion(models.Model):
    """The act that made a version active: who, when, why, and what the gate saw. Rolling back is the same act."""

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="promotions")
    replaced = models.ForeignKey(ModelVersion, on_delete=models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    confirmed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=500)
    gate = models.JSONField(default=list, help_text=_("What was looked at, and whether it was good enough."))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.version} on {self.created_at:%Y-%m-%d}"


class PromotionProposal(models.Model):
    """An admin's wish to make a version active, where a second one must agree: open, then confirmed or declined."""

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="proposals")
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=500)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    is_confirmed = models.BooleanField(default=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version"], condition=models.Q(decided_at=None), name="proposal_one_open_of_a_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.reason}"
