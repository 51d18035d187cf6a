"""The video of a session by token."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from webplatform.analysis.sending import session_video
from webplatform.common.rest.files import FileApi

PIECE = OpenApiParameter("Range", OpenApiTypes.STR, OpenApiParameter.HEADER, description="As `bytes=0-1023`.")


@extend_schema(tags=["sessions"])
class SessionMediaApi(FileApi):
    """The session's video, while it is kept: whole, or the part that `Range` names."""

    own_errors = ("503",)

    @extend_schema(
        operation_id="sessions_media",
        parameters=[PIECE],
        responses={
            (200, "video/*"): OpenApiTypes.BINARY,
            (206, "video/*"): OpenApiTypes.BINARY,
            416: OpenApiResponse(description="The file has no such part; `Content-Range` tells its size."),
        },
    )
    def get(self, request: Request, session_id: UUID) -> HttpResponseBase:
        return session_video(request._request, session_id, request.user)
