"""Models for what people add to a session: segments and changes of faces. Imported by `models`."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from webplatform.accounts.models import User
from webplatform.studies.models import Participant


class Segment(models.Model):
    """A stretch of a session: named, left out of every figure, or the one that shows the person at rest."""

    class Kind(models.TextChoices):
        SEGMENT = "segment", _("segment")
        EXCLUDED = "excluded", _("excluded")
        BASELINE = "baseline", _("baseline")

    session = models.ForeignKey("history.Session", on_delete=models.CASCADE, related_name="segments", db_index=False)
    from_ms = models.PositiveIntegerField(help_text=_("Its first moment, ms from the session's start."))
    to_ms = models.PositiveIntegerField(help_text=_("Its end, ms; this moment is not part of it."))
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.SEGMENT)
    label = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=200, blank=True, help_text=_("Why it is left out."))
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["from_ms", "id"]
        indexes = [models.Index(fields=["session", "from_ms"], name="segment_timeline")]
        constraints = [
            models.CheckConstraint(condition=models.Q(to_ms__gt=models.F("from_ms")), name="segment_runs_forward"),
            models.UniqueConstraint(
                fields=["session"], condition=models.Q(kind="baseline"), name="segment_one_baseline_per_session"
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="excluded") | ~models.Q(reason=""), name="segment_left_out_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.from_ms} to {self.to_ms} ms: {self.kind}"


class FaceEdit(models.Model):
    """One change of who is who in a session; the newest can be undone. `faces` plays them back, oldest first."""

    class Kind(models.TextChoices):
        NAME = "name", _("named")
        COLOUR = "colour", _("coloured")
        MERGE = "merge", _("merged")
        SPLIT = "split", _("split")
        DROP = "drop", _("left out")
        RESTORE = "restore", _("taken in again")
        ASSIGN = "assign", _("assigned")

    session = models.ForeignKey("history.Session", on_delete=models.CASCADE, related_name="face_edits", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    face = models.CharField(max_length=40, help_text=_("The key of the face that is meant."))
    into = models.CharField(max_length=40, blank=True, help_text=_("The key of the face that it is merged into."))
    text = models.CharField(max_length=60, blank=True, help_text=_("The name or the colour."))
    at_ms = models.PositiveIntegerField(null=True, help_text=_("From when on it is another face, ms."))
    # CASCADE: with a participant goes what said that a face is theirs.
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, null=True, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["session", "id"], name="face_edit_order")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind="split") | models.Q(at_ms__isnull=False), name="face_edit_splits_at_a_moment"
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="merge") | ~models.Q(into=""), name="face_edit_merges_into_a_face"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.kind} {self.face}"


class LedgerLine(models.Model):
    """A line that is not yet in the erasure log: ids only. The row is deleted once its line is in the file."""

    kind = models.CharField(max_length=20)
    said = models.JSONField(encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
