"""The REST endpoints of corrections."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.common.rest.paging import ListPages
from webplatform.history.corrections import correct, take_back
from webplatform.history.models import Correction, Session
from webplatform.history.queries import bare_sessions_of, sessions_of
from webplatform.history.serializers import CorrectionIn, CorrectionOut


@extend_schema(tags=["sessions"])
class CorrectionListApi(generics.ListAPIView):
    """What people say that the faces of a session really showed."""

    serializer_class = CorrectionOut
    pagination_class = ListPages

    @extend_schema(operation_id="corrections_list")
    def get(self, request: Request, session_id: UUID) -> Response:
        return self.list(request)

    @extend_schema(operation_id="corrections_add", request=CorrectionIn, responses={201: CorrectionOut})
    def post(self, request: Request, session_id: UUID) -> Response:
        session = _session(request, session_id)
        sent = CorrectionIn(data=request.data)
        sent.is_valid(raise_exception=True)
        correction = correct(session=session, user=request.user, **sent.validated_data)
        return Response(CorrectionOut(correction).data, status=status.HTTP_201_CREATED)

    def get_queryset(self) -> QuerySet[Correction]:
        if getattr(self, "swagger_fake_view", False):
            return Correction.objects.none()
        session = get_object_or_404(bare_sessions_of(self.request.user), pk=self.kwargs["session_id"])
        return session.corrections.select_related("track")


@extend_schema(tags=["sessions"])
class CorrectionApi(APIView):
    """One correction."""

    @extend_schema(operation_id="corrections_remove", responses={204: None})
    def delete(self, request: Request, session_id: UUID, correction_id: int) -> Response:
        corrections = _session(request, session_id).corrections.select_related("session")
        take_back(correction=get_object_or_404(corrections, pk=correction_id), user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _session(request: Request, session_id: UUID) -> Session:
    return get_object_or_404(sessions_of(request.user), pk=session_id)
