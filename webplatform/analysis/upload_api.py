"""The REST endpoints of uploads that can be resumed: tus 1.0.0."""

from __future__ import annotations

from contextlib import suppress
from typing import Any  # REST framework's handlers
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.accounts.upload_auth import require_login
from webplatform.analysis import receiving, resumable, tus
from webplatform.analysis.models import ResumableUpload
from webplatform.analysis.serializers import ResumableIn, ResumableOut
from webplatform.common.errors import Gone, Invalid
from webplatform.common.http.large_bodies import MULTIPART, UPLOAD_BYTES, takes_body
from webplatform.common.rest.paging import ListPages

OVERRIDE = "X-HTTP-Method-Override"


def _header(
    name: str, text: str, *, required: bool = False, kind: Any = str, response: Any = False
) -> OpenApiParameter:
    location = OpenApiParameter.HEADER
    return OpenApiParameter(name, kind, location, required=required, description=text, response=response)


SPEAKS = _header("Tus-Resumable", "The version of tus.", required=True, kind={"type": "string", "enum": [tus.VERSION]})
BYTES = {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}
WORDS = {"type": "string", "pattern": "^([!-+.-~]+( ([A-Za-z0-9+/]{4})+)?(,|$))*$"}
MEANT = {"type": "string", "enum": ["PATCH", "DELETE", "HEAD"]}
OFFSET = _header("Upload-Offset", "How many bytes have come.", kind=BYTES, required=True)
DIGEST = {"type": "string", "pattern": f"^({'|'.join(tus.ALGORITHMS)}) ([A-Za-z0-9+/]{{4}})+[A-Za-z0-9+/]{{3}}=$"}
CHECKSUM = _header("Upload-Checksum", "Of this part: the algorithm, a space, the digest in base64.", kind=DIGEST)
TOLD = [
    _header("Upload-Offset", "How many bytes have come.", kind=int, response=True),
    _header("Upload-Expires", "Until when it can go on.", response=True),
    _header("Raut-Job", "The job, once the file is whole.", response=True),
    _header("Raut-Session", "Its session.", response=True),
]
PART = {tus.PART: OpenApiTypes.BINARY}


@takes_body(UPLOAD_BYTES, require=require_login, streams=(MULTIPART, tus.PART))
class TusApi(APIView):
    """What every address of uploads has in common."""

    own_errors = ("412", "422", "460", "503")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in ("OPTIONS", "GET") and hasattr(self, (request.method or "").lower()):
            tus.require_version(request)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers["Tus-Resumable"] = tus.VERSION
        if response.status_code == 412:
            response.headers["Tus-Version"] = tus.VERSION
        return response

    @extend_schema(exclude=True)
    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(status=204, headers=tus.options())


class UploadListApi(TusApi, generics.ListAPIView):
    """Uploads that can be resumed: the user's own, newest first, and a new one."""

    serializer_class = ResumableOut
    pagination_class = ListPages

    @extend_schema(operation_id="uploads_list", tags=["uploads"])
    def get(self, request: Request) -> Response:
        uploads = []
        for upload in self.paginate_queryset(self.get_queryset()) or ():
            with suppress(Gone):
                uploads.append(_upload_data(upload))
        return self.get_paginated_response(uploads)

    def get_queryset(self) -> QuerySet[ResumableUpload]:
        if getattr(self, "swagger_fake_view", False):
            return ResumableUpload.objects.none()
        uploads = ResumableUpload.objects.for_user(self.request.user).filter(expires_at__gt=timezone.now())
        return uploads.select_related("job__session")

    @extend_schema(
        operation_id="uploads_create",
        tags=["uploads"],
        request=PART,
        responses={201: None},
        parameters=[
            SPEAKS,
            _header("Upload-Length", "The size of the file, bytes.", kind=BYTES, required=True),
            _header(
                "Upload-Metadata",
                f"`filename`, and {', '.join(ResumableIn().fields)}: each with its base64.",
                kind=WORDS,
            ),
            CHECKSUM,
            _header("Location", "Where the parts go.", response=[201]),
            *TOLD,
        ],
    )
    def post(self, request: Request) -> Response:
        announced = tus.announced(request)
        has_part = request._request.content_type == tus.PART
        upload = resumable.begin_upload(
            user=request.user,
            name=announced.name,
            size_bytes=announced.size_bytes,
            given=_checked_metadata(announced.given),
        )
        if has_part:
            upload = resumable.take_part(upload=upload, offset=0, parts=tus.parts_of(request._request))
        headers = {"Location": reverse("api-upload", args=[upload.pk]), **tus.state_of(upload)}
        return Response(status=201, headers=headers)


class UploadApi(TusApi):
    """One upload: its state, its parts, its end."""

    @extend_schema(operation_id="uploads_retrieve", tags=["uploads"], responses=ResumableOut)
    def get(self, request: Request, upload_id: UUID) -> Response:
        return Response(_upload_data(_live(request, upload_id)))

    @extend_schema(operation_id="uploads_offset", tags=["uploads"], responses={200: None}, parameters=[SPEAKS, *TOLD])
    def head(self, request: Request, upload_id: UUID) -> Response:
        return Response(headers=tus.state_of(_live(request, upload_id)))

    @extend_schema(
        operation_id="uploads_append",
        tags=["uploads"],
        request=PART,
        responses={204: None},
        parameters=[SPEAKS, OFFSET, CHECKSUM, *TOLD],
    )
    def patch(self, request: Request, upload_id: UUID) -> Response:
        upload, offset = _live(request, upload_id), tus.number_in(request, "Upload-Offset")
        upload = resumable.take_part(upload=upload, offset=offset, parts=tus.parts_of(request._request))
        return Response(status=204, headers=tus.state_of(upload))

    @extend_schema(operation_id="uploads_end", tags=["uploads"], responses={204: None}, parameters=[SPEAKS])
    def delete(self, request: Request, upload_id: UUID) -> Response:
        resumable.drop_upload(upload=_live(request, upload_id))
        return Response(status=204)

    @extend_schema(
        operation_id="uploads_override",
        tags=["uploads"],
        request=PART,
        responses={204: None},
        parameters=[SPEAKS, _header(OVERRIDE, "What is meant.", required=True, kind=MEANT)],
    )
    def post(self, request: Request, upload_id: UUID) -> Response:
        """For clients that can send nothing else: the header says what is meant."""
        handlers = {"PATCH": self.patch, "DELETE": self.delete, "HEAD": self.head}
        handler = handlers.get(request.headers.get(OVERRIDE, ""))
        return handler(request, upload_id) if handler else self.http_method_not_allowed(request)


def _checked_metadata(metadata: dict[str, str]) -> dict[str, str]:
    unknown = sorted(set(metadata) - set(ResumableIn().fields))
    if unknown:
        raise Invalid(f"Unknown in Upload-Metadata: {', '.join(unknown)}.", fields=unknown)
    return metadata


def _live(request: Request, upload_id: UUID) -> ResumableUpload:
    uploads = ResumableUpload.objects.for_user(request.user).select_related("job__session", "user")
    upload = get_object_or_404(uploads, pk=upload_id)
    resumable.require_live(upload)
    return upload


def _upload_data(upload: ResumableUpload) -> dict[str, Any]:
    fields = {name: getattr(upload, name) for name in ("id", "state", "name", "expires_at", "job")}
    return ResumableOut({**fields, "offset": receiving.offset_of(upload), "size": upload.size_bytes}).data
