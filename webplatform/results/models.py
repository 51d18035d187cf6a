"""What is kept so that a study's results open at once: sums of each session, and the figures of each choice."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from webplatform.accounts.models import User
from webplatform.history.models import Session
from webplatform.jobs.models import Job
from webplatform.studies.models import Study


class SessionCurve(models.Model):
    """A session's own person in quarter seconds, as `results.bins` packs them; it goes with the session's readings.

    `made_of` says what it was made of. Where the session's own digest is another one now, it is made again.
    """

    class Person(models.TextChoices):
        NONE = "none", _("nobody was seen")
        ASSIGNED = "assigned", _("the face that was given to the participant")
        ONLY = "only", _("the only face")
        LONGEST = "longest", _("of several faces the one that was seen longest")

    session = models.OneToOneField(Session, on_delete=models.CASCADE, primary_key=True, related_name="curve")
    made_of = models.CharField(max_length=64, help_text=_("SHA-256 of what it was made of."))
    person = models.CharField(max_length=10, choices=Person.choices, default=Person.NONE)
    people = models.PositiveIntegerField(default=0, help_text=_("Persons in the session, glimpses not counted."))
    bins = models.BinaryField(default=bytes)
    scored = models.PositiveIntegerField(default=0, help_text=_("Readings with scores."))
    not_sure = models.PositiveIntegerField(default=0, help_text=_("Of these, those without a verdict."))
    unscored = models.PositiveIntegerField(default=0, help_text=_("Readings of a face that could not be scored."))
    corrected = models.PositiveIntegerField(default=0, help_text=_("Readings whose verdict a person corrected."))
    excluded = models.JSONField(default=list, help_text=_("Stretches that are in no figure: [from, to] in ms."))
    baseline = models.JSONField(default=list, help_text=_("The marked neutral stretches: [from, to] in ms."))
    is_failed = models.BooleanField(default=False, help_text=_("It could not be made of this."))
    made_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.session_id} {self.person}"


class StudyFiguresQuerySet(models.QuerySet["StudyFigures"]):
    """Figures as a user may reach them."""

    def for_user(self, user: User) -> StudyFiguresQuerySet:
        """Those of the studies that `user` is a member of."""
        return self.filter(study__memberships__user_id=user.pk)


class StudyFigures(Job):
    """A study's results for one choice of grouping, clock and so on.

    queued -> running -> done -> queued (what they were made of has changed; the earlier figures stay until then)
       |         |-----> failed -> queued (likewise)
       '---------'  (its worker died; failed once it was begun too often)
    """

    WAITS_SINCE = "asked_at"

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="figures")
    choice = models.JSONField(help_text=_("Grouping, clock and so on."))
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of the choice."))
    wanted = models.CharField(max_length=64, help_text=_("SHA-256 of what they are to be made of."))
    made_of = models.CharField(max_length=64, blank=True, help_text=_("The same of what `result` was made of."))
    result = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)

    objects = StudyFiguresQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        verbose_name_plural = "study figures"
        constraints = [models.UniqueConstraint(fields=["study", "digest"], name="figures_once_per_choice")]
        indexes = [models.Index(fields=["state"], name="figures_waiting", condition=models.Q(state="queued"))]

    def __str__(self) -> str:
        return f"{self.study_id} {self.state}"

    @property
    def is_current(self) -> bool:
        """Whether `result` is of what the study holds, as far as the row knows."""
        return self.state == self.State.DONE and self.made_of == self.wanted
