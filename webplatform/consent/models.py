"""What people agreed to: texts by version and language, and records that are never edited."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from webplatform.accounts.models import User


class ConsentText(models.Model):
    """One wording of the consent, immutable once shown. The newest version in use asks again."""

    version = models.PositiveIntegerField()
    language = models.CharField(max_length=8)
    body = models.TextField()
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of the body, hex."))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-version", "language"]
        constraints = [models.UniqueConstraint(fields=["version", "language"], name="consent_text_version_language")]

    def __str__(self) -> str:
        return f"v{self.version} {self.language}"

    @property
    def sections(self) -> list[tuple[str, str]]:
        """The body's parts as (heading, text): parts are apart by an empty line and begin with their heading."""
        parts = (part.partition("\n") for part in self.body.strip().split("\n\n"))
        return [(heading, text) for heading, _newline, text in parts]


class ConsentRecord(models.Model):
    """Somebody's agreement: which text, for what, when, how. Withdrawal sets a time; nothing else changes."""

    class Channel(models.TextChoices):
        PAGE = "page", _("web page")
        API = "api", _("REST API")
        COMMAND = "command", _("command line")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="consents")
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="records")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    given_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-given_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "text"], condition=models.Q(withdrawn_at=None), name="consent_given_once_per_text"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.text_id}"
