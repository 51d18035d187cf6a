"""The downloads of a session by token: the same files as on its page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from webplatform.history.views import download_csv, download_json


class FileApi(APIView):
    """Answers with a file: whoever asks for its own type gets it; only errors are rendered, as JSON."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, Any]:
        return super().perform_content_negotiation(request, force=True)


@extend_schema(tags=["sessions"])
class SessionCsvApi(FileApi):
    """One line for each reading of the session."""

    @extend_schema(operation_id="sessions_csv", responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, session_id: UUID) -> HttpResponseBase:
        return download_csv(request._request, session_id)


@extend_schema(tags=["sessions"])
class SessionJsonApi(FileApi):
    """The whole session as one JSON object: what it is, and every reading."""

    @extend_schema(operation_id="sessions_json", responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def get(self, request: Request, session_id: UUID) -> HttpResponseBase:
        return download_json(request._request, session_id)
