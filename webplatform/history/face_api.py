"""The REST endpoints of the people in a session, and of changes of who is who."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.history.face_edits import undo_face_edit
from webplatform.history.face_inputs import edit_faces
from webplatform.history.faces import everybody_in
from webplatform.history.mark_serializers import FaceEditIn, FaceEditOut, FaceOut
from webplatform.history.models import Session
from webplatform.history.queries import sessions_of


@extend_schema(tags=["sessions"])
class FaceListApi(APIView):
    """Everybody in a session: people, dropped ones, and glimpses."""

    @extend_schema(operation_id="faces_list", responses=FaceOut(many=True))
    def get(self, request: Request, session_id: UUID) -> Response:
        return Response(FaceOut(everybody_in(_session(request, session_id)), many=True).data)


@extend_schema(tags=["sessions"])
class FaceEditListApi(APIView):
    """The changes of who is who, oldest first."""

    @extend_schema(operation_id="face_edits_list", responses=FaceEditOut(many=True))
    def get(self, request: Request, session_id: UUID) -> Response:
        return Response(FaceEditOut(_session(request, session_id).face_edits.all(), many=True).data)

    @extend_schema(operation_id="face_edits_add", request=FaceEditIn, responses={201: FaceEditOut})
    def post(self, request: Request, session_id: UUID) -> Response:
        session = _session(request, session_id)
        sent = FaceEditIn(data=request.data)
        sent.is_valid(raise_exception=True)
        made = edit_faces(session, request.user, sent.validated_data)
        return Response(FaceEditOut(made).data, status=status.HTTP_201_CREATED)


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
