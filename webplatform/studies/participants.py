"""The people who are seen in a study, the keys to their own pages, and what they ask; services are in participation."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from webplatform.accounts.models import User
from webplatform.studies.design import Condition

LINK_DAYS = 90  # that a link lasts where nobody says how long
MAX_LINK_DAYS = 365


class ParticipantQuerySet(models.QuerySet["Participant"]):
    """Participants as a user may reach them."""

    def for_user(self, user: User) -> ParticipantQuerySet:
        """The participants of the studies that `user` is a member of."""
        return self.filter(study__memberships__user_id=user.pk)


class Participant(models.Model):
    """A person who is seen in a study, under a pseudonym; the platform keeps no name, address or picture of them.

    Sessions of theirs bear their condition unless another one is chosen: who sees one film only needs no choosing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey("studies.Study", on_delete=models.CASCADE, related_name="participants")
    pseudonym = models.CharField(max_length=40)
    language = models.CharField(max_length=8, default="en")
    values = models.JSONField(default=dict, help_text=_("What the study's variables are, by their ids."))
    condition = models.ForeignKey(Condition, on_delete=models.SET_NULL, null=True, related_name="participants")
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        ordering = ["pseudonym"]
        constraints = [models.UniqueConstraint(fields=["study", "pseudonym"], name="pseudonym_once_per_study")]

    def __str__(self) -> str:
        return self.pseudonym


class ParticipantLink(models.Model):
    """A participant's key to their own page, without an account. Only its hash is kept; the address is shown once."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="links")
    digest = models.CharField(max_length=64, unique=True, help_text=_("SHA-256 of the link's key, hex."))
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.participant_id} until {self.expires_at}"


class ParticipantRequest(models.Model):
    """What a participant asked of the study's owner, with 72 hours to answer: open -> done or refused."""

    class Kind(models.TextChoices):
        COPY = "copy", _("a copy of what is held")
        ERASURE = "erasure", _("erasure")
        QUESTION = "question", _("a question or correction")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="requests")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "kind"], condition=models.Q(state="open"), name="request_open_once_per_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"
