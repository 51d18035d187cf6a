"""Videos that the platform fetches from an address instead of having them sent."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from webplatform.accounts.models import User
from webplatform.analysis.models import AnalysisJob, ResumableUpload
from webplatform.analysis.receiving import offset_of
from webplatform.common.errors import Gone
from webplatform.consent.models import ConsentRecord
from webplatform.jobs.models import FailureText, LeasedRow
from webplatform.studies.models import Study

MAX_URL = 2000


class FetchQuerySet(models.QuerySet["Fetch"]):
    """Fetches as a user may reach them."""

    def for_user(self, user: User) -> FetchQuerySet:
        """The user's own: an address may carry what only they should know."""
        return self.filter(user_id=user.pk)


class Fetch(LeasedRow, FailureText):
    """A video on its way from an address: queued -> running -> done | failed; back to queued after an interruption.

    The housekeeper owns a running one through `lease`. What came lies in an upload, sealed like one that is sent; once
    that is whole it is a job's, as any other. The address is forgotten when the fetch has ended.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="fetches")
    consent = models.ForeignKey(ConsentRecord, on_delete=models.CASCADE, related_name="+")
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="+")
    upload = models.OneToOneField(ResumableUpload, null=True, on_delete=models.SET_NULL, related_name="+")
    job = models.OneToOneField(AnalysisJob, null=True, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    url = models.CharField(max_length=MAX_URL, blank=True, help_text=_("Empty once it has ended."))
    host = models.CharField(max_length=253)
    name = models.CharField(max_length=200, blank=True, help_text=_("Of the file; empty once it has ended."))
    given = models.JSONField(default=dict, help_text=_("Title, participant and so on, as they were sent."))
    validator = models.CharField(max_length=200, blank=True, help_text=_("What its server calls this content."))
    size_bytes = models.PositiveBigIntegerField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(help_text=_("Not before."))
    error_code = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = FetchQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "next_at"], name="fetch_due")]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    @property
    def received_bytes(self) -> int:
        """How much has come."""
        if self.state == self.State.DONE:
            return self.size_bytes or 0
        try:
            return offset_of(self.upload) if self.upload else 0
        except Gone:
            return 0
