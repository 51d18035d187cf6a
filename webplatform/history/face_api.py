"""The REST endpoints of the people in a session, and of changes of who is who."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.common.rest.paging import ComputedPages, ListPages
from webplatform.history.face_edits import undo_face_edit
from webplatform.history.face_inputs import edit_faces
from webplatform.history.faces import Person, everybody_in
from webplatform.history.mark_serializers import FaceEditIn, FaceEditOut, FaceOut
from webplatform.history.models import FaceEdit, Session
from webplatform.history.queries import bare_sessions_of, sessions_of


@extend_schema(tags=["sessions"])
class FaceListApi(generics.ListAPIView):
    """Everybody in a session: people, dropped ones, and glimpses."""

    serializer_class = FaceOut
    pagination_class = ComputedPages

    @extend_schema(operation_id="faces_list")
    def get(self, request: Request, session_id: UUID) -> Response:
        return self.list(request)

    def get_queryset(self) -> Sequence[Person]:
        return everybody_in(_session(self.request, self.kwargs["session_id"]))


@extend_schema(tags=["sessions"])
class FaceEditListApi(generics.ListAPIView):
    """The changes of who is who, oldest first."""

    serializer_class = FaceEditOut
    pagination_class = ListPages

    @extend_schema(operation_id="face_edits_list")
    def get(self, request: Request, session_id: UUID) -> Response:
        return self.list(request)

    @extend_schema(operation_id="face_edits_add", request=FaceEditIn, responses={201: FaceEditOut})
    def post(self, request: Request, session_id: UUID) -> Response:
        session = _session(request, session_id)
        sent = FaceEditIn(data=request.data)
        sent.is_valid(raise_exception=True)
        edit = edit_faces(session, request.user, sent.validated_data)
        return Response(FaceEditOut(edit).data, status=status.HTTP_201_CREATED)

    def get_queryset(self) -> QuerySet[FaceEdit]:
        if getattr(self, "swagger_fake_view", False):
            return FaceEdit.objects.none()
        return get_object_or_404(bare_sessions_of(self.request.user), pk=self.kwargs["session_id"]).face_edits.all()


@extend_schema(tags=["sessions"])
class FaceUndoApi(APIView):
    """The newest change of faces, taken back."""

    @extend_schema(operation_id="face_edits_undo", request=None, responses=FaceEditOut)
    def post(self, request: Request, session_id: UUID) -> Response:
        undone = undo_face_edit(session=_session(request, session_id), user=request.user)
        undone.pk = 0  # it is gone
        return Response(FaceEditOut(undone).data)


def _session(request: Request, session_id: UUID) -> Session:
    return get_object_or_404(sessions_of(request.user), pk=session_id)
