"""The REST endpoints of analyses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.accounts.handshakes import Proven
from webplatform.analysis.models import AnalysisJob
from webplatform.analysis.queries import jobs_of
from webplatform.analysis.serializers import JobFilterIn, JobOut, UploadIn
from webplatform.analysis.services import cancel_job, retry_job, submit_video
from webplatform.analysis.streams import job_events, require_room
from webplatform.analysis.upload_auth import require_upload
from webplatform.analysis.upload_metadata import submission_arguments
from webplatform.common.http.large_bodies import MULTIPART, UPLOAD_BYTES, takes_body


@takes_body(UPLOAD_BYTES, require=require_upload, streams=(MULTIPART,))
class AnalysisListApi(generics.ListAPIView):
    """The user's analyses, newest first; a new one by sending a video."""

    serializer_class = JobOut
    own_errors = ("503",)
    parser_classes = (MultiPartParser, FormParser)

    @extend_schema(operation_id="analyses_list", tags=["analyses"], parameters=[JobFilterIn])
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(operation_id="analyses_create", tags=["analyses"], request=UploadIn, responses={202: JobOut})
    def post(self, request: Request) -> Response:
        sent = UploadIn(data=request.data)
        sent.is_valid(raise_exception=True)
        options = submission_arguments(request.user, sent.validated_data)
        job = submit_video(user=request.user, upload=sent.validated_data["file"], **options)
        headers = {"Location": reverse("api-analysis", args=[job.pk])}
        return Response(JobOut(job).data, status=status.HTTP_202_ACCEPTED, headers=headers)

    def get_queryset(self) -> QuerySet[AnalysisJob]:
        if getattr(self, "swagger_fake_view", False):
            return AnalysisJob.objects.none()
        query = JobFilterIn(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        return jobs_of(self.request.user, query.validated_data)


class AnalysisApi(APIView):
    """One analysis."""

    @extend_schema(operation_id="analyses_retrieve", tags=["analyses"], responses=JobOut)
    def get(self, request: Request, job_id: UUID) -> Response:
        return Response(JobOut(get_object_or_404(jobs_of(request.user, {}), pk=job_id)).data)


class CancelApi(APIView):
    """Stops an analysis that waits or runs."""

    @extend_schema(operation_id="analyses_cancel", tags=["analyses"], request=None, responses=JobOut)
    def post(self, request: Request, job_id: UUID) -> Response:
        return Response(JobOut(cancel_job(job=_job(request, job_id), user=request.user)).data)


class RetryApi(APIView):
    """Starts a failed or cancelled analysis again from the beginning of its video."""

    @extend_schema(operation_id="analyses_retry", tags=["analyses"], request=None, responses={202: JobOut})
    def post(self, request: Request, job_id: UUID) -> Response:
        job = retry_job(job=_job(request, job_id), user=request.user)
        return Response(JobOut(job).data, status=status.HTTP_202_ACCEPTED)


class JobEventsApi(APIView):
    """The progress of an analysis as server-sent events, until it ends."""

    @extend_schema(
        operation_id="jobs_events", tags=["analyses"], responses={(200, "text/event-stream"): OpenApiTypes.STR}
    )
    def get(self, request: Request, job_id: UUID) -> StreamingHttpResponse:
        """Events `job` (as `GET /api/v1/analyses/{id}/`) and `end` with a `reason`; comments are heartbeats."""
        job = _job(request, job_id)
        require_room()
        token_id = getattr(request.auth, "pk", None)
        events = job_events(job.pk, Proven(request.user, token_id))
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingHttpResponse(events, content_type="text/event-stream", headers=headers)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, Any]:
        """Whoever asks for events gets them; only errors are rendered, as JSON."""
        return super().perform_content_negotiation(request, force=True)


def _job(request: Request, job_id: UUID) -> AnalysisJob:
    jobs = AnalysisJob.objects.for_user(request.user).select_related("session__study")
    return get_object_or_404(jobs, pk=job_id)
