"""What people agreed to: texts by version and language, and records that are never edited."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from webplatform.accounts.models import User
from webplatform.consent.subject import Subject
from webplatform.studies.models import Participant


class ConsentText(models.Model):
    """One wording of the consent, immutable once shown. The newest version in use asks again."""

    class Audience(models.TextChoices):
        ACCOUNT = "account", _("people with an account")
        PARTICIPANT = "participant", _("participants of a study")

    audience = models.CharField(max_length=12, choices=Audience.choices, default=Audience.ACCOUNT)
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=8)
    body = models.TextField()
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of the body, hex."))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-version", "language"]
        constraints = [
            models.UniqueConstraint(fields=["audience", "version", "language"], name="consent_text_version_language")
        ]

    def __str__(self) -> str:
        return f"v{self.version} {self.language}"

    @property
    def sections(self) -> list[tuple[str, str]]:
        """The body's parts as (heading, text)."""
        return sections_of(self.body)


def sections_of(body: str) -> list[tuple[str, str]]:
    """A text's parts as (heading, text): parts are apart by an empty line and begin with their heading."""
    parts = (part.partition("\n") for part in body.strip().split("\n\n"))
    return [(heading, text) for heading, _newline, text in parts]


class ConsentScope(models.TextChoices):
    """What somebody may agree to, each apart; nothing works without the first one."""

    ANALYSE = "analyse", _("analyse my facial expression")
    KEEP_MEDIA = "keep_media", _("keep the video")
    TRAIN = "train", _("use pictures of my face to train models")
    SHARE = "share", _("share the results with other researchers")


def default_scopes() -> list[str]:
    """What the agreements cover that were given before there were scopes: the analysis of a video that is kept."""
    return [ConsentScope.ANALYSE.value, ConsentScope.KEEP_MEDIA.value]


class ConsentRecord(models.Model):
    """The agreement of a user or a participant: which text, for what, when, how.

    A withdrawal sets `withdrawn_at` once; nothing else changes, and the database refuses it itself (migration 0001).
    """

    class Channel(models.TextChoices):
        PAGE = "page", _("web page")
        API = "api", _("REST API")
        COMMAND = "command", _("command line")
        LINK = "link", _("participant link")

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="consents")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, null=True, related_name="consents")
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="records")
    notice = models.TextField(blank=True, help_text=_("What was shown, word for word; empty: the text alone."))
    text_digest = models.CharField(max_length=64, blank=True, help_text=_("SHA-256 of what was shown, hex."))
    language = models.CharField(max_length=8, default="en")
    scopes = models.JSONField(default=default_scopes)
    by_guardian = models.BooleanField(default=False, help_text=_("A parent or guardian agreed for a child."))
    channel = models.CharField(max_length=10, choices=Channel.choices)
    given_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-given_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user=None, participant__isnull=False)
                | models.Q(user__isnull=False, participant=None),
                name="consent_of_one_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id or self.participant_id} {self.text_id}"

    @property
    def subject(self) -> Subject:
        """Who agreed."""
        return self.user if self.participant_id is None else self.participant


class ConsentWithdrawal(models.Model):
    """Somebody took scopes of their agreement back: all of them, or some. Rows are added and never edited."""

    record = models.ForeignKey(ConsentRecord, on_delete=models.CASCADE, related_name="withdrawals")
    scopes = models.JSONField()
    channel = models.CharField(max_length=10, choices=ConsentRecord.Channel.choices)
    withdrawn_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["withdrawn_at", "id"]

    def __str__(self) -> str:
        return f"{self.record_id} {self.scopes}"
