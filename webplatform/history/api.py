"""The REST endpoints of sessions."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor as PageCursor
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.common.rest.paging import Cursor, ListPages
from webplatform.history.assignments import assign_participant, set_condition
from webplatform.history.bin import bin_session
from webplatform.history.mark_serializers import MarkedSessionOut, MarkerChangeIn
from webplatform.history.markers import add_marker, change_marker, remove_marker
from webplatform.history.models import Marker, Observation, Session
from webplatform.history.queries import (
    bare_sessions_of,
    listed_sessions,
    observations_of,
    openable_sessions,
    read_references,
)
from webplatform.history.references import set_reference
from webplatform.history.selection import Selection
from webplatform.history.serializers import (
    MarkerIn,
    MarkerOut,
    ObservationOut,
    RangeIn,
    SessionOut,
)
from webplatform.history.services import delete_session, rename_session
from webplatform.history.session_inputs import DeletionIn, SessionFilterIn, SessionIn
from webplatform.history.timeline_serializers import TimelineIn, TimelineOut
from webplatform.history.timelines import timeline
from webplatform.studies.models import Condition, Participant


class ObservationPages(Cursor):
    """Pages in order of time; moments with several faces may lie across two pages."""

    ordering = ("t_ms", "id")

    def decode_cursor(self, request: Request) -> PageCursor | None:
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None and not cursor.position.isdecimal():
            raise NotFound(self.invalid_cursor_message)  # a forged position would reach the database as it is
        return cursor


class SessionListApi(generics.ListAPIView):
    """The user's sessions, newest first."""

    serializer_class = SessionOut

    @extend_schema(operation_id="sessions_list", tags=["sessions"], parameters=[SessionFilterIn])
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset()) or ()
        read_references(page)
        return self.get_paginated_response(SessionOut.lines(page))

    def get_queryset(self) -> QuerySet[Session]:
        if getattr(self, "swagger_fake_view", False):
            return Session.objects.none()
        query = SessionFilterIn(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        return listed_sessions(self.request.user, Selection(**query.validated_data))


@extend_schema(tags=["sessions"])
class SessionApi(APIView):
    """One session: its frame accounting, its summary and its tracks."""

    @extend_schema(operation_id="sessions_read", responses=MarkedSessionOut)
    def get(self, request: Request, session_id: UUID) -> Response:
        return Response(MarkedSessionOut.line(_session(request, session_id)))

    @extend_schema(operation_id="sessions_change", request=SessionIn, responses=MarkedSessionOut)
    def patch(self, request: Request, session_id: UUID) -> Response:
        """Give it another title, participant, condition, external id or metadata; all of what is sent, or nothing."""
        session, user = _session(request, session_id), request.user
        sent = SessionIn(data=request.data)
        sent.is_valid(raise_exception=True)
        changes = sent.validated_data
        with transaction.atomic():
            if "title" in changes:
                rename_session(session=session, user=user, title=changes["title"])
            if "participant" in changes:
                participant = get_object_or_404(Participant.objects.for_user(user), pk=changes["participant"])
                session = assign_participant(session=session, user=user, participant=participant)
            if "condition" in changes:
                set_condition(sessions=[session], user=user, condition=_condition(session, changes["condition"]))
            references = {name: changes[name] for name in ("external_id", "metadata") if name in changes}
            set_reference(session=session, user=user, **references)
        return Response(MarkedSessionOut.line(_session(request, session_id)))

    @extend_schema(operation_id="sessions_delete", parameters=[DeletionIn], responses={204: None})
    def delete(self, request: Request, session_id: UUID) -> Response:
        """Move it to the bin for the days that its study states, or erase it at once: media, rows and files."""
        session, query = _session(request, session_id), DeletionIn(data=request.query_params)
        query.is_valid(raise_exception=True)
        end = delete_session if query.validated_data["for_good"] else bin_session
        end(session=session, user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class TimelineApi(APIView):
    """The session's tracks in equal time buckets; what is not known is null."""

    @extend_schema(operation_id="sessions_timeline", tags=["sessions"], parameters=[TimelineIn], responses=TimelineOut)
    def get(self, request: Request, session_id: UUID) -> Response:
        session = _bare_session(request, session_id)
        query = TimelineIn(data=request.query_params)
        query.is_valid(raise_exception=True)
        return Response(timeline(session=session, **query.validated_data))


@extend_schema(tags=["sessions"])
class MarkerListApi(generics.ListAPIView):
    """The session's notes."""

    serializer_class = MarkerOut
    pagination_class = ListPages

    @extend_schema(operation_id="markers_list")
    def get(self, request: Request, session_id: UUID) -> Response:
        return self.list(request)

    @extend_schema(operation_id="markers_add", request=MarkerIn, responses={201: MarkerOut})
    def post(self, request: Request, session_id: UUID) -> Response:
        session = _session(request, session_id)
        sent = MarkerIn(data=request.data)
        sent.is_valid(raise_exception=True)
        marker = add_marker(session=session, user=request.user, **sent.validated_data)
        return Response(MarkerOut(marker).data, status=status.HTTP_201_CREATED)

    def get_queryset(self) -> QuerySet[Marker]:
        if getattr(self, "swagger_fake_view", False):
            return Marker.objects.none()
        return _bare_session(self.request, self.kwargs["session_id"]).markers.all()


@extend_schema(tags=["sessions"])
class MarkerApi(APIView):
    """One note."""

    @extend_schema(operation_id="markers_change", request=MarkerChangeIn, responses=MarkerOut)
    def patch(self, request: Request, session_id: UUID, marker_id: int) -> Response:
        marker = get_object_or_404(_session(request, session_id).markers.select_related("session"), pk=marker_id)
        sent = MarkerChangeIn(data=request.data)
        sent.is_valid(raise_exception=True)
        fields = {"t_ms": marker.t_ms, "text": marker.text, **sent.validated_data}
        return Response(MarkerOut(change_marker(marker=marker, user=request.user, **fields)).data)

    @extend_schema(operation_id="markers_remove", responses={204: None})
    def delete(self, request: Request, session_id: UUID, marker_id: int) -> Response:
        marker = get_object_or_404(_session(request, session_id).markers.select_related("session"), pk=marker_id)
        remove_marker(marker=marker, user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ObservationListApi(generics.ListAPIView):
    """Every face in every sampled frame, in order of time."""

    serializer_class = ObservationOut
    pagination_class = ObservationPages

    @extend_schema(operation_id="sessions_observations", tags=["sessions"], parameters=[RangeIn])
    def get(self, request: Request, session_id: UUID) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(ObservationOut.lines(page or ()))

    def get_queryset(self) -> QuerySet[Observation]:
        if getattr(self, "swagger_fake_view", False):
            return Observation.objects.none()
        session = _bare_session(self.request, self.kwargs["session_id"])
        query = RangeIn(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        return observations_of(session, **query.validated_data)


def _condition(session: Session, number: int | None) -> Condition | None:
    return None if number is None else get_object_or_404(session.study.conditions.all(), pk=number)


def _bare_session(request: Request, session_id: UUID) -> Session:
    return get_object_or_404(bare_sessions_of(request.user), pk=session_id)


def _session(request: Request, session_id: UUID) -> Session:
    return get_object_or_404(openable_sessions(request.user), pk=session_id)
