"""The REST endpoints of exports."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.exporting.downloads import job_file
from webplatform.exporting.models import ExportJob
from webplatform.exporting.options import checked_options
from webplatform.exporting.queries import jobs_of
from webplatform.exporting.serializers import ExportJobIn, ExportJobOut
from webplatform.exporting.services import delete_export_job, request_export_job
from webplatform.studies.models import Study

ANY = "application/octet-stream"


@extend_schema(tags=["exports"])
class ExportJobListApi(generics.ListAPIView):
    """Files that the user had made of sessions, newest first."""

    serializer_class = ExportJobOut

    @extend_schema(operation_id="export_jobs_list")
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(operation_id="export_jobs_ask", request=ExportJobIn, responses={202: ExportJobOut})
    def post(self, request: Request) -> Response:
        sent = ExportJobIn(data=request.data)
        sent.is_valid(raise_exception=True)
        values = sent.validated_data
        options = checked_options(faces=values["faces"], blur=values["blur"], decimal_comma=values["decimal_comma"])
        study = get_object_or_404(Study.objects.for_user(request.user), pk=values["study"]) if values["study"] else None
        job = request_export_job(
            user=request.user, kind=values["format"], options=options, language=get_language() or "en",
            sessions=values["sessions"], study=study,
        )  # fmt: skip
        return Response(ExportJobOut(_job(request, job.pk)).data, status=status.HTTP_202_ACCEPTED)

    def get_queryset(self) -> QuerySet[ExportJob]:
        if getattr(self, "swagger_fake_view", False):
            return ExportJob.objects.none()
        return jobs_of(self.request.user)


@extend_schema(tags=["exports"])
class ExportJobApi(APIView):
    """One of them."""

    @extend_schema(operation_id="export_jobs_read", responses=ExportJobOut)
    def get(self, request: Request, job_id: UUID) -> Response:
        return Response(ExportJobOut(_job(request, job_id)).data)

    @extend_schema(operation_id="export_jobs_delete", responses={204: None})
    def delete(self, request: Request, job_id: UUID) -> Response:
        delete_export_job(job=_job(request, job_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["exports"])
class ExportJobFileApi(APIView):
    """The file, until it expires or ends."""

    own_errors = ("503",)

    @extend_schema(operation_id="export_jobs_download", responses={(200, ANY): OpenApiTypes.BINARY})
    def get(self, request: Request, job_id: UUID) -> StreamingHttpResponse:
        return job_file(request._request, _job(request, job_id))

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, Any]:
        """Whoever asks for the file's own type gets it; only errors are rendered, as JSON."""
        return super().perform_content_negotiation(request, force=True)


def _job(request: Request, job_id: UUID) -> ExportJob:
    return get_object_or_404(jobs_of(request.user), pk=job_id)
