"""Export jobs as the REST API takes and tells them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from webplatform.exporting.models import ExportJob
from webplatform.exporting.options import MOST_FACES, Blur


class ExportJobIn(serializers.Serializer):
    """What to export: sessions, or a whole study; and as what."""

    format = serializers.ChoiceField(ExportJob.Format.choices)
    sessions = serializers.ListField(child=serializers.UUIDField(), required=False, default=list, max_length=1000)
    study = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="Instead of sessions.")
    faces = serializers.ListField(
        child=serializers.IntegerField(min_value=1),
        required=False,
        default=list,
        max_length=MOST_FACES,
        help_text="Numbers of faces, where one session is meant; none: all.",
    )
    blur = serializers.ChoiceField(Blur.choices, required=False, default=Blur.NONE, help_text="For `video`.")
    decimal_comma = serializers.BooleanField(required=False, default=False, help_text="For CSV: ; and 0,5.")

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        if bool(sent["sessions"]) == bool(sent["study"]):
            raise serializers.ValidationError("Name either sessions or a study.")
        return sent


class ExportJobOut(serializers.ModelSerializer):
    """A job; `file` is where to fetch the result, while there is one."""

    sessions = serializers.IntegerField(source="n_sessions", help_text="How many sessions are in it.")
    error_message = serializers.CharField(source="error_text", help_text="In the language that is asked for.")
    file = serializers.SerializerMethodField()

    class Meta:
        model = ExportJob
        fields = [
            "id",
            "format",
            "options",
            "study",
            "sessions",
            "state",
            "progress",
            "size_bytes",
            "error_code",
            "error_message",
            "asked_at",
            "finished_at",
            "expires_at",
            "file",
        ]
        read_only_fields = fields

    @extend_schema_field({"type": "string", "format": "uri-reference"})
    def get_file(self, job: ExportJob) -> str | None:
        return reverse("api-export-job-file", args=[job.pk]) if job.is_ready else None
