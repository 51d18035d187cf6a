"""Webhooks: where events of a study or an account are sent, each delivery, and each attempt."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from webplatform.accounts.models import User
from webplatform.studies.models import Study
from webplatform.studies.permissions import studies_where
from webplatform.studies.roles import Act


class Event(models.TextChoices):
    """What a webhook can be told of."""

    JOB_DONE = "job.done", _("an analysis is done")
    JOB_FAILED = "job.failed", _("an analysis failed")
    SESSION_CLOSED = "session.closed", _("a session is closed")
    RUN_FINISHED = "run.finished", _("a training run ended")
    REQUEST_RECEIVED = "request.received", _("a participant asks for something")

    @classmethod
    def known_to(cls, study: Study | None) -> list[Event]:
        """What a webhook of the study can be told of; without one, of an account: trainings belong to no study."""
        return [event for event in cls if study is None or event != cls.RUN_FINISHED]


TEST = "test"  # only the test button sends it


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Webhooks as a user may reach them."""

    def for_user(self, user: User) -> WebhookQuerySet:
        """The user's own without a study, and those of the studies that they own."""
        return self.filter(Q(study=None, user_id=user.pk) | Q(study__in=studies_where(user, Act.OWN)))


class Webhook(models.Model):
    """An address that receives events: of one study, or of an account's recordings, trainings and requests.

    on -> off (by an owner, or by itself once it failed for RAUT_WEBHOOK_OFF_DAYS) -> on
    """

    class Off(models.TextChoices):
        BY_OWNER = "owner", _("turned off")
        FAILING = "failing", _("turned off by itself: nothing could be delivered for too long")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="webhooks", help_text=_("Who made it."))
    study = models.ForeignKey(Study, on_delete=models.CASCADE, null=True, related_name="webhooks")
    name = models.CharField(max_length=80)
    url = models.CharField(max_length=500)
    events = models.JSONField(default=list, help_text=_("Of what it hears."))
    sealed_secret = models.CharField(max_length=300)
    earlier_secret = models.CharField(max_length=300, blank=True, help_text=_("Signs beside the new one for a day."))
    rotated_at = models.DateTimeField(null=True)
    off = models.CharField(max_length=10, choices=Off.choices, blank=True, help_text=_("Why it is off; empty: on."))
    failing_since = models.DateTimeField(null=True, help_text=_("The first failure after the last success."))
    unreachable_times = models.PositiveIntegerField(default=0, help_text=_("In a row; a slow receiver waits longer."))
    paused_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_on(self) -> bool:
        """Whether events are sent to it."""
        return not self.off


class Delivery(models.Model):
    """One event on its way to one webhook: an outbox row, written in the transaction in which the event happened.

    waiting -> sending -> done
       ^          |-----> failed (after a day of tries, or its webhook may not hear it any more)
       '----------'  (no answer, or not 2xx; or its sender died)

    A sender owns it through `lease`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        DONE = "done", _("delivered")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event = models.CharField(max_length=20, choices=[*Event.choices, (TEST, _("test"))])
    session_id = models.UUIDField(null=True, db_index=True, help_text=_("What it tells of; it goes with the session."))
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    lease = models.UUIDField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(help_text=_("When it is tried next."))
    give_up_at = models.DateTimeField()
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    replays = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["webhook", "-created_at"], name="delivery_newest_of_webhook"),
            models.Index(fields=["state", "next_at"], name="delivery_due"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.pk} {self.state}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more is tried."""
        return self.state in (self.State.DONE, self.State.FAILED)


class Attempt(models.Model):
    """One try to deliver."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, help_text=_("What the receiver answered; none: nothing."))
    problem = models.CharField(max_length=60, blank=True, help_text=_("A code where it was not delivered."))
    took_ms = models.PositiveIntegerField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.delivery_id} @{self.at}: {self.status or self.problem}"
