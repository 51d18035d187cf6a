"""Files that the REST API answers with."""

from __future__ import annotations

from typing import Any  # REST framework's renderers

from rest_framework.request import Request
from rest_framework.views import APIView


class FileApi(APIView):
    """Answers with a file: whoever asks for its own type gets it; only errors are rendered, as JSON."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, Any]:
        return super().perform_content_negotiation(request, force=True)
