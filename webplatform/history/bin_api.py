"""The REST endpoints of the bin."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.history.bin import bin_of, gone_at, restore_session
from webplatform.history.models import Session
from webplatform.history.queries import sessions_of
from webplatform.history.serializers import BorneOut, SessionOut, StudyOut, WhoOut
from webplatform.history.services import delete_session


class BinnedOut(serializers.Serializer):
    """A deleted session, as far as it is shown before it is restored."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    source = serializers.ChoiceField(Session.Source.choices)
    study = StudyOut()
    participant = WhoOut(allow_null=True)
    condition = BorneOut(allow_null=True)
    created_at = serializers.DateTimeField()
    duration_ms = serializers.IntegerField(allow_null=True)
    repeats = serializers.UUIDField(source="repeats_id", allow_null=True, help_text="Whose video it reads again.")
    deleted_at = serializers.DateTimeField(source="binned_at")
    gone_at = serializers.SerializerMethodField(help_text="When it is gone for good, unless it is restored.")

    @extend_schema_field(serializers.DateTimeField())
    def get_gone_at(self, session: Session) -> str:
        return serializers.DateTimeField().to_representation(gone_at(session))


class BinListApi(generics.ListAPIView):
    """The deleted sessions that the user may restore, the last deleted first."""

    serializer_class = BinnedOut

    @extend_schema(operation_id="bin_list", tags=["sessions"])
    def get(self, request: Request) -> Response:
        return self.list(request)

    def get_queryset(self) -> QuerySet[Session]:
        if getattr(self, "swagger_fake_view", False):
            return Session.objects.none()
        return bin_of(self.request.user)


@extend_schema(tags=["sessions"])
class BinApi(APIView):
    """One deleted session."""

    @extend_schema(operation_id="bin_read", responses=BinnedOut)
    def get(self, request: Request, session_id: UUID) -> Response:
        return Response(BinnedOut(_binned(request, session_id)).data)

    @extend_schema(operation_id="bin_delete", responses={204: None})
    def delete(self, request: Request, session_id: UUID) -> Response:
        """Erase it now: its media, its rows and its files."""
        delete_session(session=_binned(request, session_id), user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["sessions"])
class RestoreApi(APIView):
    """The way back."""

    @extend_schema(operation_id="bin_restore", request=None, responses=SessionOut)
    def post(self, request: Request, session_id: UUID) -> Response:
        restored = restore_session(session=_binned(request, session_id), user=request.user)
        return Response(SessionOut(get_object_or_404(sessions_of(request.user), pk=restored.pk)).data)


def _binned(request: Request, session_id: UUID) -> Session:
    """Also one that went along with its recording: it has an address, though the list does not name it."""
    sessions = Session.everything.binned().for_user(request.user).select_related("study", "participant", "condition")
    return get_object_or_404(sessions, pk=session_id)
