"""Exports of sessions: who made them, their options and progress, and where the encrypted file is."""

from __future__ import annotations

import uuid
from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from webplatform.accounts.models import User
from webplatform.history.models import Session
from webplatform.jobs.models import FailureText, Job
from webplatform.studies.models import Membership, Study

EXPORT_KEY = "export-"


class ExportJobQuerySet(models.QuerySet["ExportJob"]):
    """Export jobs as a user may reach them."""

    def for_user(self, user: User) -> ExportJobQuerySet:
        """The user's own, while they are a member of every study that a session in it belongs to."""
        member = Membership.objects.filter(user_id=user.pk, study=OuterRef("session__study"))
        foreign = ExportPart.objects.filter(job=OuterRef("pk")).exclude(Exists(member))
        return self.filter(user_id=user.pk).exclude(Exists(foreign))


class ExportJob(Job, FailureText):
    """One file made of sessions, by a worker.

    queued -> running -> done -> ended (a session in it was erased, or its consent withdrawn)
       |         |-----> failed
       '---------'  (its worker died; failed once it was begun too often)

    The file is sealed with a key of its own, and goes with the row, when it ends, and when it expires.
    """

    WAITS_SINCE = "asked_at"

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        ENDED = "ended", _("ended")

    class Format(models.TextChoices):
        CSV = "csv", _("CSV, one line per reading")
        CSV_WIDE = "csv_wide", _("CSV, one line per moment")
        XLSX = "xlsx", _("Excel workbook")
        PARQUET = "parquet", _("Parquet")
        JSON = "json", _("JSON")
        PDF = "pdf", _("PDF report")
        PNG = "png", _("charts as PNG")
        SVG = "svg", _("charts as SVG")
        WEBVTT = "webvtt", _("captions, WebVTT")
        SRT = "srt", _("captions, SRT")
        EAF = "eaf", _("ELAN annotations")
        VIDEO = "video", _("video with boxes and scores")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="export_jobs")
    study = models.ForeignKey(
        Study, on_delete=models.CASCADE, null=True, related_name="+", help_text=_("Where a whole study was asked for.")
    )
    sessions = models.ManyToManyField(Session, through="ExportPart", related_name="export_jobs")
    format = models.CharField(max_length=10, choices=Format.choices)
    options = models.JSONField(default=dict, help_text=_("What was chosen: faces, blur, decimal comma."))
    language = models.CharField(max_length=8, default="en")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    progress = models.FloatField(default=0.0, help_text=_("Share of the work that is done, 0 to 1."))
    ending = models.CharField(max_length=8, blank=True, help_text=_("How the file's name ends, without the dot."))
    size_bytes = models.PositiveBigIntegerField(default=0)
    error_code = models.CharField(max_length=40, blank=True)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects = ExportJobQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        indexes = [
            models.Index(fields=["user", "-asked_at"], name="exportjob_newest"),
            models.Index(fields=["state", "heartbeat_at"], name="exportjob_stranded"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    @property
    def file(self) -> Path:
        """Where the sealed file lies."""
        return export_jobs_folder() / f"{self.pk}.sealed"

    @property
    def key_name(self) -> str:
        """What the key of the file is kept as; no session's key has such a name."""
        return f"{EXPORT_KEY}{self.pk}"

    @property
    def is_ready(self) -> bool:
        """Whether it can be downloaded now."""
        return self.state == self.State.DONE and self.expires_at is not None and self.expires_at > timezone.now()


class ExportPart(models.Model):
    """A session that an export job holds, and its place in it."""

    job = models.ForeignKey(ExportJob, on_delete=models.CASCADE, related_name="parts", db_index=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="export_parts")
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["job", "session"], name="export_part_once_per_job")]

    def __str__(self) -> str:
        return f"{self.job_id}: {self.session_id}"


def export_jobs_folder() -> Path:
    """Where the files of export jobs lie."""
    return Path(settings.DATA_DIR) / "export-jobs"
