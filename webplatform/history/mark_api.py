"""The REST endpoints of segments, of files and sets of marks, and of figures within stretches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any  # figures
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.common.rest.paging import ComputedPages, ListPages
from webplatform.history.mark_files import MAX_BYTES, read_marks
from webplatform.history.mark_serializers import (
    MarksApplyIn,
    MarksFileIn,
    PlanOut,
    SegmentIn,
    SegmentOut,
    StretchFiguresOut,
)
from webplatform.history.mark_sets import apply_marks, import_marks, marks_of
from webplatform.history.models import Segment, Session
from webplatform.history.queries import bare_sessions_of, sessions_of
from webplatform.history.segments import add_segment, change_segment, remove_segment, require_may_mark
from webplatform.history.stretches import figures_of


@extend_schema(tags=["sessions"])
class SegmentListApi(generics.ListAPIView):
    """The session's segments: named, excluded from every figure, and the baseline."""

    serializer_class = SegmentOut
    pagination_class = ListPages

    @extend_schema(operation_id="segments_list")
    def get(self, request: Request, session_id: UUID) -> Response:
        return self.list(request)

    @extend_schema(operation_id="segments_add", request=SegmentIn, responses={201: SegmentOut})
    def post(self, request: Request, session_id: UUID) -> Response:
        session = _session(request, session_id)
        segment = add_segment(session=session, user=request.user, **_sent(request))
        return Response(SegmentOut(segment).data, status=status.HTTP_201_CREATED)

    def get_queryset(self) -> QuerySet[Segment]:
        if getattr(self, "swagger_fake_view", False):
            return Segment.objects.none()
        return get_object_or_404(bare_sessions_of(self.request.user), pk=self.kwargs["session_id"]).segments.all()


@extend_schema(tags=["sessions"])
class SegmentApi(APIView):
    """One segment."""

    @extend_schema(operation_id="segments_change", request=SegmentIn, responses=SegmentOut)
    def put(self, request: Request, session_id: UUID, segment_id: int) -> Response:
        segment = get_object_or_404(_session(request, session_id).segments.select_related("session"), pk=segment_id)
        return Response(SegmentOut(change_segment(segment=segment, user=request.user, **_sent(request))).data)

    @extend_schema(operation_id="segments_remove", responses={204: None})
    def delete(self, request: Request, session_id: UUID, segment_id: int) -> Response:
        segment = get_object_or_404(_session(request, session_id).segments.select_related("session"), pk=segment_id)
        remove_segment(segment=segment, user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["sessions"])
class MarksFileApi(APIView):
    """Markers and segments from a CSV file; all of them, or nothing."""

    parser_classes = (MultiPartParser,)

    @extend_schema(operation_id="marks_import", request=MarksFileIn, responses=PlanOut)
    def post(self, request: Request, session_id: UUID) -> Response:
        session = _session(request, session_id)
        require_may_mark(session, request.user)
        sent = MarksFileIn(data=request.data)
        sent.is_valid(raise_exception=True)
        content = sent.validated_data["file"].read(MAX_BYTES + 1)
        marks = read_marks(content, unit=sent.validated_data["unit"])
        return Response(PlanOut(import_marks(session=session, user=request.user, marks=marks)).data)


@extend_schema(tags=["sessions"])
class MarksApplyApi(APIView):
    """The session's markers and segments for other sessions that saw the same.

    With `is_dry` nothing changes, and the answer says what would.
    """

    @extend_schema(operation_id="marks_apply", request=MarksApplyIn, responses=PlanOut(many=True))
    def post(self, request: Request, session_id: UUID) -> Response:
        source = _session(request, session_id)
        sent = MarksApplyIn(data=request.data)
        sent.is_valid(raise_exception=True)
        values = sent.validated_data
        plans = apply_marks(
            sessions=_sessions(request, values["sessions"]),
            user=request.user,
            marks=marks_of(source, is_whole=values["is_whole"]),
            is_replacing=values["is_replacing"],
            is_dry=values["is_dry"],
        )
        return Response(PlanOut(plans, many=True).data)


@extend_schema(tags=["sessions"])
class StretchFiguresApi(generics.ListAPIView):
    """What each person showed within each segment, and from marker to marker."""

    serializer_class = StretchFiguresOut
    pagination_class = ComputedPages

    @extend_schema(operation_id="stretches_list")
    def get(self, request: Request, session_id: UUID) -> Response:
        return self.list(request)

    def get_queryset(self) -> Sequence[dict[str, Any]]:
        return figures_of(_session(self.request, self.kwargs["session_id"]))


def _sent(request: Request) -> dict:
    sent = SegmentIn(data=request.data)
    sent.is_valid(raise_exception=True)
    fields = dict(sent.validated_data)
    return {"stretch": (fields.pop("from_ms"), fields.pop("to_ms")), **fields}


def _sessions(request: Request, ids: list[UUID]) -> list[Session]:
    sessions = list(sessions_of(request.user).filter(pk__in=ids))
    if len(sessions) != len(set(ids)):
        raise Http404
    return sessions


def _session(request: Request, session_id: UUID) -> Session:
    return get_object_or_404(sessions_of(request.user), pk=session_id)
