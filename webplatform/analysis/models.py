"""An uploaded file, and the job that turns it into one session."""

from __future__ import annotations

import uuid
from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from webplatform.accounts.models import User
from webplatform.consent.models import ConsentRecord
from webplatform.history.models import Session
from webplatform.jobs.models import FailureText, Job
from webplatform.modelhub.models import ModelVersion
from webplatform.studies.models import Study

GROWING = ".growing"  # what the name of a file ends with that comes in several goes
UPLOAD_KEY = "upload-"


class MediaFile(models.Model):
    """The uploaded file of a session; it lies in the session's folder under a name of ours."""

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="media")
    original_name = models.CharField(max_length=200, help_text=_("As the user called it; for display only."))
    stored_name = models.CharField(max_length=40)
    content_type = models.CharField(max_length=60)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["sha256"], name="mediafile_same_content")]

    def __str__(self) -> str:
        return self.original_name


class PlaybackCopy(Job):
    """A small copy of a video that browsers cannot play, sealed with the same key: queued -> running -> done, failed.

    It goes with the video.
    """

    WAITS_SINCE = "media__created_at"

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    media = models.OneToOneField(MediaFile, on_delete=models.CASCADE, related_name="playback")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    stored_name = models.CharField(max_length=60, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.media_id} {self.state}"

    @property
    def is_ready(self) -> bool:
        """Whether it can be played."""
        return self.state == self.State.DONE


class UploadQuerySet(models.QuerySet["ResumableUpload"]):
    """Uploads as a user may reach them."""

    def for_user(self, user: User) -> UploadQuerySet:
        """The user's own: nobody can continue the upload of another account."""
        return self.filter(user_id=user.pk)


class ResumableUpload(models.Model):
    """A file that comes in several goes, sealed on the disk: receiving -> complete -> done.

    Complete is a file that has all of its bytes and no job yet; done is one whose job has it. A lock on the file keeps
    two requests apart. How much has come is told by the file; the row keeps what fills none of its pieces.
    In an object store it lies in segments, and the rows alone tell how much has come.
    """

    class State(models.TextChoices):
        RECEIVING = "receiving", _("receiving")
        COMPLETE = "complete", _("complete")
        DONE = "done", _("done")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="resumable_uploads")
    consent = models.ForeignKey(ConsentRecord, on_delete=models.CASCADE, related_name="+")
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="+")
    job = models.OneToOneField("AnalysisJob", null=True, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVING)
    name = models.CharField(max_length=200, help_text=_("As the user called the file; for display only."))
    size_bytes = models.PositiveBigIntegerField()
    given = models.JSONField(default=dict, help_text=_("Title, participant and so on, as they were sent."))
    rest = models.BinaryField(default=bytes, help_text=_("What fills no piece of the file yet, sealed."))
    rest_number = models.PositiveIntegerField(default=0)
    rest_bytes = models.PositiveIntegerField(default=0)
    received_bytes = models.PositiveBigIntegerField(
        default=0, db_default=0, help_text=_("Of its segments, in an object store.")
    )
    lease = models.UUIDField(null=True, help_text=_("Who puts its segments together."))
    heartbeat_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["expires_at"], name="upload_expired")]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    @property
    def path(self) -> Path:
        """Where it lies until it has a session."""
        return Path(settings.FILE_UPLOAD_TEMP_DIR) / f"{self.pk}{GROWING}"

    @property
    def segments_folder(self) -> Path:
        """Below this name its segments lie in an object store."""
        return Path(settings.DATA_DIR) / "uploads" / str(self.pk)

    @property
    def key_name(self) -> str:
        """What its key is called."""
        return f"{UPLOAD_KEY}{self.pk}"


class UploadSegment(models.Model):
    """A stretch of an upload's bytes in the object store, sealed by itself; none overlaps another."""

    upload = models.ForeignKey(ResumableUpload, on_delete=models.CASCADE, related_name="segments", db_index=False)
    start = models.PositiveBigIntegerField(help_text=_("Of its first byte in the file."))
    name = models.CharField(max_length=60)

    class Meta:
        ordering = ["start"]
        constraints = [models.UniqueConstraint(fields=["upload", "start"], name="upload_segment_once")]

    def __str__(self) -> str:
        return f"{self.upload_id} {self.start}"


def recording_of(session: Session) -> Session:
    """The session whose folder holds the video: a repetition reads that of the session it repeats."""
    return session.repeats or session


class JobQuerySet(models.QuerySet["AnalysisJob"]):
    """Jobs as a user may reach them."""

    def for_user(self, user: User) -> JobQuerySet:
        """The jobs of the studies that `user` is a member of."""
        return self.filter(session__study__memberships__user_id=user.pk, session__binned_at=None)


class AnalysisJob(Job, FailureText):
    """The work that turns one media file into its session's history.

    queued -> running -> done
       |         |-----> failed ----retry----> queued
       |         |-----> cancelled --retry---> queued
       |         '-----> queued (its worker died; failed instead once `max_attempts` were begun)
       '---------------> cancelled

    A long video's job has no lease while its stretches are read: those have theirs.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="job")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    max_attempts = models.PositiveSmallIntegerField(default=3, help_text=_("Given up once this many were begun."))
    progress = models.FloatField(default=0.0, help_text=_("Share of the work that is done, 0 to 1."))
    faces_found = models.PositiveIntegerField(default=0)
    seconds_left = models.FloatField(null=True)
    worker_seconds = models.FloatField(
        default=0.0,
        db_default=0.0,
        help_text=_("How long workers took for its stretches together; 0 where one read it whole."),
    )
    error_code = models.CharField(max_length=40, blank=True)
    queued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-queued_at"]
        indexes = [models.Index(fields=["state", "heartbeat_at"], name="job_stranded")]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    @property
    def is_tried_out(self) -> bool:
        """Whether it is given up when its worker dies again; somebody who starts it again gives it more attempts."""
        return self.attempts >= self.max_attempts


class StretchQuerySet(models.QuerySet["Stretch"]):
    """Stretches of jobs."""

    def waiting(self) -> StretchQuerySet:
        """Those that a worker may take: of jobs that are being read, and that nobody holds as a whole."""
        return self.filter(Stretch.is_at_work(), state=Stretch.State.QUEUED)


class Stretch(Job):
    """A part of a long video, from one key frame to another, that one worker reads: queued -> running -> done.

    It is queued again when its worker died, and failed when its job failed on it. A worker owns a running one through
    `lease`. What was observed lies here, sealed with the session's key, until all are done and joined; then the rows
    go, as they do a day after their job failed or was cancelled.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    job = models.ForeignKey(AnalysisJob, on_delete=models.CASCADE, related_name="stretches")
    number = models.PositiveIntegerField(help_text=_("1 for the first one."))
    start = models.BigIntegerField(null=True, help_text=_("Timestamp of its first frame; none: the video's beginning."))
    stop = models.BigIntegerField(null=True, help_text=_("Timestamp of the frame it ends before; none: the end."))
    from_ms = models.PositiveIntegerField()
    to_ms = models.PositiveIntegerField()
    before_ms = models.IntegerField(help_text=_("When the last frame before it is shown; -1: there is none."))
    model_version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="+")
    observing = models.PositiveSmallIntegerField(help_text=_("Which way of observing it is for."))
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    progress = models.FloatField(default=0.0)
    faces_found = models.PositiveIntegerField(default=0)
    worker_seconds = models.FloatField(default=0.0, help_text=_("How long a worker took for it."))
    observed = models.BinaryField(null=True, help_text=_("What was observed, sealed."))
    queued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = StretchQuerySet.as_manager()

    class Meta:
        ordering = ["job", "number"]
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="stretch_once")]
        indexes = [models.Index(fields=["state", "heartbeat_at"], name="stretch_stranded")]

    def __str__(self) -> str:
        return f"{self.job_id} {self.number} {self.state}"

    @property
    def held(self) -> models.QuerySet[Stretch]:
        """Its row while the worker that has this lease may write: its job is running, too."""
        return super().held.filter(Stretch.is_at_work())

    @staticmethod
    def is_at_work() -> models.Exists:
        """Whether its job is running and in stretches. No join: what a row says must hold when it is updated."""
        job = AnalysisJob.objects.filter(pk=models.OuterRef("job"), state=AnalysisJob.State.RUNNING, lease=None)
        return models.Exists(job)
