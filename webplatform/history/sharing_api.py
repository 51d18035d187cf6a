"""The REST endpoints of what a study may give to other researchers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.history.downloads import shared_file
from webplatform.history.sharing import StaysBack, sharing_of
from webplatform.studies.permissions import owned_study


class SharingOut(serializers.Serializer):
    """How many sessions may go to other researchers, and how many stay."""

    sessions = serializers.IntegerField()
    left_out = serializers.DictField(
        child=serializers.IntegerField(), help_text=f"Sessions that stay, by the reason: {', '.join(StaysBack.values)}."
    )


@extend_schema(tags=["studies"])
class SharingApi(APIView):
    """For owners: what of the study other researchers may have."""

    @extend_schema(operation_id="studies_sharing", responses=SharingOut)
    def get(self, request: Request, study_id: UUID) -> Response:
        return Response(SharingOut(sharing_of(owned_study(request.user, study_id))).data)


@extend_schema(tags=["studies"])
class SharedFileApi(APIView):
    """For owners: the readings of every session whose people agreed to share them. 409 where there is none."""

    @extend_schema(operation_id="studies_share", responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, study_id: UUID) -> StreamingHttpResponse:
        return shared_file(request._request, study_id, request.user)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, Any]:
        """Whoever asks for `text/csv` gets it; only errors are rendered, as JSON."""
        return super().perform_content_negotiation(request, force=True)
