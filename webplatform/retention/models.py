"""What was removed, and copies of what is held of a person."""

from __future__ import annotations

import uuid
from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from webplatform.accounts.models import User
from webplatform.consent.subject import Subject
from webplatform.jobs.models import Job
from webplatform.studies.models import Participant, Study


class Receipt(models.Model):
    """What was removed, when and by which rule: begun -> finished. It holds counts and ids, no personal data.

    The beat continues an erasure that was started and not finished, so it survives the death of its process.
    """

    class Kind(models.TextChoices):
        PURGE = "purge", _("time is over")
        PARTICIPANT = "participant", _("erasure of a participant")
        ACCOUNT = "account", _("erasure of an account")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    subject = models.CharField(max_length=40, blank=True, help_text=_("The id of who was erased."))
    study_id = models.UUIDField(null=True, db_index=True)
    policy = models.JSONField(default=dict, help_text=_("The days by which things went."))
    counts = models.JSONField(default=dict, help_text=_("How many of what went."))
    asked_by_id = models.BigIntegerField(null=True, help_text=_("The user's id; empty: nobody who signed in."))
    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-begun_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class ErasedLink(models.Model):
    """The link of somebody who was erased: for a while it opens their receipt, and nothing else is left to open."""

    link_id = models.BigIntegerField(unique=True)
    digest = models.CharField(max_length=64, unique=True, help_text=_("SHA-256 of the link's key, hex."))
    receipt = models.ForeignKey(Receipt, on_delete=models.CASCADE, related_name="links")

    def __str__(self) -> str:
        return f"{self.link_id}"


class DataExportQuerySet(models.QuerySet["DataExport"]):
    """Exports as a user may reach them."""

    def for_user(self, user: User) -> DataExportQuerySet:
        """The user's own; nobody else's, staff or not."""
        return self.filter(user_id=user.pk)


class DataExport(Job):
    """A copy of everything that is held of a user or a participant, as one ZIP file.

    queued -> running -> done (until it expires)
       |         |-----> failed
       '---------'  (its worker died; failed once it was begun too often)
    """

    WAITS_SINCE = "asked_at"

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="exports")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, null=True, related_name="exports")
    language = models.CharField(max_length=8, default="en")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    size_bytes = models.PositiveBigIntegerField(default=0)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects = DataExportQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user=None, participant__isnull=False)
                | models.Q(user__isnull=False, participant=None),
                name="export_of_one_person",
            ),
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(state__in=["queued", "running"]), name="export_once_per_user"
            ),
            models.UniqueConstraint(
                fields=["participant"],
                condition=models.Q(state__in=["queued", "running"]),
                name="export_once_per_participant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    @property
    def subject(self) -> Subject:
        """Of whom it is a copy."""
        return self.user if self.participant_id is None else self.participant

    @property
    def file(self) -> Path:
        """Where the ZIP file lies."""
        return exports_folder() / f"{self.pk}.zip"

    @property
    def is_ready(self) -> bool:
        """Whether it can be downloaded now."""
        return self.state == self.State.DONE and self.expires_at is not None and self.expires_at > timezone.now()


class RetentionWarning(models.Model):
    """Up to which date the owners of a study were warned by mail of deletions, so that each is announced once."""

    study = models.OneToOneField(Study, on_delete=models.CASCADE, related_name="+", primary_key=True)
    told_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.study_id} until {self.told_until}"


class ClockReading(models.Model):
    """The latest time that the platform was at work, one row: a clock that jumps shows against it."""

    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.seen_at}"


class PurgeHold(models.Model):
    """A purge that stopped because its clock or its size is in doubt: open -> confirmed by an admin -> ended.

    It also ends where the doubt does, such as a clock that was set right. At most one has no end.
    """

    class Reason(models.TextChoices):
        AHEAD = "ahead", _("the clock jumped ahead")
        BEHIND = "behind", _("the clock was set back")
        AMOUNT = "amount", _("unusually much would go")

    reason = models.CharField(max_length=8, choices=Reason.choices)
    counts = models.JSONField(default=dict, help_text=_("How many of what would go."))
    due = models.PositiveIntegerField(help_text=_("How many sessions and participants would lose something."))
    clock_at = models.DateTimeField(help_text=_("What the clock said."))
    seen_at = models.DateTimeField(help_text=_("When the platform was last seen at work."))
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by_id = models.BigIntegerField(null=True, help_text=_("The user's id; empty: the command line."))
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(ended_at=None), name="purge_hold_one_without_end"
            )
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.pk}"


def exports_folder() -> Path:
    """Where every export lies."""
    return Path(settings.DATA_DIR) / "exports"
