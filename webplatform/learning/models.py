"""Data sets, training runs, and comparisons of models."""

from __future__ import annotations

import uuid
from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from webplatform.accounts.models import User
from webplatform.jobs.models import FailureText, Job
from webplatform.modelhub.models import ModelVersion


class Work(Job, FailureText):
    """Something that the trainer does: queued -> running -> done, failed or cancelled.

    A data set of which somebody wants to know first what it holds: running -> checked -> done or cancelled.
    """

    WAITS_SINCE = "created_at"

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        CHECKED = "checked", _("waits for your decision")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    lease = models.UUIDField(null=True, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        ordering = ["-created_at"]


class Dataset(Work):
    """Labelled faces, checked, split and frozen into one file; nothing of a done one is ever changed."""

    name = models.CharField(max_length=120)
    licence = models.TextField(blank=True, help_text=_("Where the pictures come from, and what may be done with them."))
    source = models.CharField(max_length=300, help_text=_("The uploaded file's name, or the path on the server."))
    drops_leaks = models.BooleanField(default=True, help_text=_("Without test pictures that stand in train."))
    digest = models.CharField(max_length=64, blank=True, help_text=_("SHA-256 of the frozen file, hex."))
    size_bytes = models.PositiveBigIntegerField(default=0)
    report = models.JSONField(default=dict, help_text=_("What was read and what was left out."))
    from_corrections = models.BooleanField(default=False)
    asks_first = models.BooleanField(default=False, help_text=_("It is checked, and then somebody decides."))
    withdrawn_at = models.DateTimeField(null=True, help_text=_("When somebody in it took their consent back."))

    def __str__(self) -> str:
        return self.name

    @property
    def is_usable(self) -> bool:
        """Whether runs may learn from it."""
        return self.state == self.State.DONE and self.withdrawn_at is None

    @property
    def is_checked(self) -> bool:
        """Whether somebody has to decide that it is made, or is not."""
        return self.state == self.State.CHECKED

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return Path(settings.DATA_DIR) / "datasets" / str(self.pk)

    @property
    def file(self) -> Path:
        """The frozen faces."""
        return self.folder / "faces.zip"

    @property
    def sealed_file(self) -> Path:
        """The same where only the data set's key opens it: faces of people who agreed to training."""
        return self.folder / "faces.zip.sealed"


class DatasetSource(models.Model):
    """A session that gave faces to a data set; it outlives the session, so that a withdrawal finds the data set."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="sources")
    session_id = models.UUIDField(db_index=True)
    pictures = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.session_id} in {self.dataset_id}"


class TrainingRun(Work):
    """One execution of a recipe on a data set; it ends in a candidate."""

    class Start(models.TextChoices):
        SCRATCH = "scratch", _("from scratch")
        ACTIVE = "active", _("from the active model")

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="runs")
    recipe = models.CharField(max_length=40)
    start = models.CharField(max_length=10, choices=Start.choices, default=Start.SCRATCH)
    started_from = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, null=True, related_name="+")
    epochs = models.PositiveIntegerField(null=True, help_text=_("Empty: as the recipe says."))
    seed = models.PositiveIntegerField(default=1)
    progress = models.FloatField(default=0.0, help_text=_("Share of the run that is done, 0 to 1."))
    seconds_left = models.FloatField(null=True)
    curves = models.JSONField(default=list, help_text=_("One row per epoch."))
    log = models.JSONField(default=list, help_text=_("What happened and when: rows of `at` and `text`."))
    version = models.OneToOneField(ModelVersion, on_delete=models.SET_NULL, null=True, related_name="run")

    def __str__(self) -> str:
        return f"{self.recipe} on {self.dataset}"

    @property
    def checkpoint(self) -> Path:
        """What a killed run goes on from; gone once it has ended."""
        return Path(settings.DATA_DIR) / "runs" / str(self.pk)


class Comparison(Work):
    """Two model versions measured on the same frozen faces."""

    first = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="comparisons")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="+")
    split = models.CharField(max_length=10, default="private")
    result = models.JSONField(default=dict, help_text=_("What `training.compare_bundles` says."))

    def __str__(self) -> str:
        return f"{self.first} / {self.second}"
