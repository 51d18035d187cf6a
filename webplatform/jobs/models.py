"""What the row of every job has, for every kind of work. Abstract: each kind has its own table."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from webplatform.jobs.job_errors import translated_error

QUEUED, RUNNING = "queued", "running"


class LeasedRow(models.Model):
    """A row that one process at a time owns through `lease`; its heartbeat says that the process lives."""

    lease = models.UUIDField(null=True)
    heartbeat_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def held(self) -> models.QuerySet[Self]:
        """The row while the process that has this lease may write to it: nothing else refuses a late writer.

        Never refresh a claimed row from the database: it would get the lease of the worker that has the job by now.
        """
        return type(self)._default_manager.filter(pk=self.pk, lease=self.lease, state=RUNNING)


class Job(LeasedRow):
    """Work that outlives messages and workers: queued -> running -> an end of its own kind.

    A worker owns a running job through `lease`; once the row has another one, or none, it must write nothing more.
    A stale job, whose worker shows no heartbeat, is requeued, or given up once it was begun often enough.
    """

    WAITS_SINCE = "queued_at"  # the column that says since when it waits

    attempts = models.PositiveSmallIntegerField(default=0)
    enqueued_at = models.DateTimeField(null=True, help_text=_("When its message was last sent; none: it was not."))

    class Meta:
        abstract = True

    @property
    def is_active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in (QUEUED, RUNNING)

    @property
    def is_tried_out(self) -> bool:
        """Whether it was begun so often that it is given up when its worker dies again."""
        return self.attempts >= settings.RAUT_JOB_MAX_ATTEMPTS


class FailureText(models.Model):
    """Why a job failed: the sentence, and its template with its values for readers of other languages."""

    error_message = models.CharField(max_length=500, blank=True)
    error_params = models.JSONField(default=dict, help_text=_("The message's template and its values."))

    class Meta:
        abstract = True

    @property
    def error_text(self) -> str:
        """Why it failed, in the reader's language; empty: it did not."""
        return translated_error(self.error_message, self.error_params)
