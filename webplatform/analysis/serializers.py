"""The REST forms of jobs and uploads; the socket sends the same jobs."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from webplatform.analysis.models import AnalysisJob


class JobErrorOut(serializers.Serializer):
    """Why a job failed."""

    code = serializers.CharField()
    message = serializers.CharField()


class JobOut(serializers.ModelSerializer):
    """A job as programs and pages see it."""

    status = serializers.ChoiceField(source="state", choices=AnalysisJob.State.choices)
    session = serializers.UUIDField(source="session_id")
    session_url = serializers.SerializerMethodField()
    title = serializers.CharField(source="session.title")
    error = serializers.SerializerMethodField()

    class Meta:
        model = AnalysisJob
        fields = (
            "id",
            "status",
            "progress",
            "faces_found",
            "seconds_left",
            "session",
            "session_url",
            "title",
            "attempts",
            "error",
            "queued_at",
            "started_at",
            "finished_at",
        )

    def get_session_url(self, job: AnalysisJob) -> str:
        return reverse("dashboard:session", args=[job.session_id])

    @extend_schema_field(JobErrorOut(allow_null=True))
    def get_error(self, job: AnalysisJob) -> dict[str, str] | None:
        return {"code": job.error_code, "message": job.error_text} if job.error_code else None


class UploadIn(serializers.Serializer):
    """A video to analyse."""

    file = serializers.FileField(allow_empty_file=True, help_text="A video; its content tells its kind.")
    title = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)
    study = serializers.UUIDField(required=False, default=None, help_text="Without one, your personal study.")
    participant = serializers.UUIDField(
        required=False, default=None, help_text="Who is in it, on their own consent; without one, you are, on yours."
    )
    condition = serializers.IntegerField(
        required=False, default=None, min_value=1, max_value=2**31 - 1, help_text="One of the study's."
    )
    again = serializers.BooleanField(required=False, default=False, help_text="Also if this file was uploaded before.")


class JobFilterIn(serializers.Serializer):
    """Which jobs to list."""

    status = serializers.ChoiceField(choices=AnalysisJob.State.choices, required=False)


def job_data(job: AnalysisJob) -> dict[str, Any]:
    """The job as plain JSON values."""
    data = dict(JobOut(job).data)
    return {**data, "id": str(data["id"]), "session": str(data["session"])}
