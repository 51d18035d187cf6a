"""The downloads of a session by token: the same files as on its page."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from webplatform.common.rest.files import FileApi
from webplatform.history.downloads import session_file


@extend_schema(tags=["sessions"])
class SessionCsvApi(FileApi):
    """One line for each reading of the session."""

    @extend_schema(operation_id="sessions_csv", responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, session_id: UUID) -> HttpResponseBase:
        return session_file(request._request, session_id, request.user, "csv")


@extend_schema(tags=["sessions"])
class SessionJsonApi(FileApi):
    """The whole session as one JSON object: what it is, and every reading."""

    @extend_schema(operation_id="sessions_json", responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def get(self, request: Request, session_id: UUID) -> HttpResponseBase:
        return session_file(request._request, session_id, request.user, "json")
