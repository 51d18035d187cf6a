"""The REST forms of jobs and uploads; the socket sends the same jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from webplatform.analysis.job_order import Turn, waiting_turns
from webplatform.analysis.models import AnalysisJob
from webplatform.history.reference_fields import ExternalIdField, MetadataField
from webplatform.history.session_inputs import SessionFilterIn


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
    study = serializers.UUIDField(source="session.study_id")
    participant = serializers.UUIDField(source="session.participant_id", allow_null=True)
    condition = serializers.IntegerField(source="session.condition_id", allow_null=True)
    external_id = serializers.CharField(source="session.external_id")
    metadata = MetadataField(source="session.metadata", read_only=True)
    error = serializers.SerializerMethodField()
    queue_place = serializers.SerializerMethodField(help_text="Of a waiting job: 1 for the next one.")
    starts_in_s = serializers.SerializerMethodField(help_text="Of a waiting job: when it is expected to begin, s.")

    class Meta:
        model = AnalysisJob
        fields = (
            "id",
            "status",
            "progress",
            "faces_found",
            "seconds_left",
            "queue_place",
            "starts_in_s",
            "session",
            "session_url",
            "title",
            "study",
            "participant",
            "condition",
            "external_id",
            "metadata",
            "attempts",
            "error",
            "queued_at",
            "started_at",
            "finished_at",
        )

    def get_session_url(self, job: AnalysisJob) -> str:
        return reverse("dashboard:session", args=[job.session_id])

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_queue_place(self, job: AnalysisJob) -> int | None:
        turn = self._turn(job)
        return turn.place if turn else None

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_starts_in_s(self, job: AnalysisJob) -> float | None:
        turn = self._turn(job)
        return round(turn.wait_s, 1) if turn else None

    def _turn(self, job: AnalysisJob) -> Turn | None:
        """The order is read once for all jobs of an answer, and only where one of them waits."""
        if job.state != AnalysisJob.State.QUEUED:
            return None
        answer = self.root
        if not hasattr(answer, "turns"):
            answer.turns = {turn.job: turn for turn in self.context.get("turns") or waiting_turns()}
        return answer.turns.get(job.pk)

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
    external_id = ExternalIdField(required=False, default="")
    metadata = MetadataField(required=False, default=dict)
    again = serializers.BooleanField(required=False, default=False, help_text="Also if this file was uploaded before.")


class JobFilterIn(SessionFilterIn):
    """Which jobs to list: their own status, and all that sessions can be narrowed by."""

    sort = None  # the newest job comes first

    status = serializers.ChoiceField(choices=AnalysisJob.State.choices, required=False)


def job_data(job: AnalysisJob, turns: Sequence[Turn] = ()) -> dict[str, Any]:
    """The job as plain JSON values; who has the turns of those that wait already gives them along."""
    data = dict(JobOut(job, context={"turns": turns}).data)
    ids = ("id", "session", "study", "participant")
    return {**data, **{name: data[name] and str(data[name]) for name in ids}}


class ResumableIn(UploadIn):
    """What `Upload-Metadata` may hold beside the file's name."""

    file = None


class ResumableOut(serializers.Serializer):
    """An upload that comes in several goes."""

    id = serializers.UUIDField()
    state = serializers.CharField(help_text="`receiving`, `complete` or `done`.")
    name = serializers.CharField(help_text="Of the file; empty once it is done.")
    offset = serializers.IntegerField(help_text="How many bytes have come.")
    size = serializers.IntegerField(help_text="How many it has.")
    expires_at = serializers.DateTimeField()
    job = JobOut(allow_null=True)
