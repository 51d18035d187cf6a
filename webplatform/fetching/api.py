"""The REST endpoints of videos that are fetched from addresses."""

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
from webplatform.fetching.models import Fetch
from webplatform.fetching.serializers import FetchesIn, FetchesOut, FetchOut
from webplatform.fetching.services import drop_fetch, request_fetches


@extend_schema(tags=["uploads"])
class FetchListApi(generics.ListAPIView):
    """Videos that are fetched from addresses: the user's own, newest first, and new ones."""

    serializer_class = FetchOut
    pagination_class = ListPages

    @extend_schema(operation_id="fetches_list")
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(operation_id="fetches_add", request=FetchesIn, responses={202: FetchesOut})
    def post(self, request: Request) -> Response:
        """Have videos fetched, where the operator allows it; each becomes a job once it is whole."""
        sent = FetchesIn(data=request.data)
        sent.is_valid(raise_exception=True)
        fetches = request_fetches(user=request.user, items=sent.validated_data["items"])
        return Response(FetchesOut({"items": fetches}).data, status=status.HTTP_202_ACCEPTED)

    def get_queryset(self) -> QuerySet[Fetch]:
        if getattr(self, "swagger_fake_view", False):
            return Fetch.objects.none()
        return _own_fetches(self.request)


@extend_schema(tags=["uploads"])
class FetchApi(APIView):
    """One video on its way from an address."""

    @extend_schema(operation_id="fetches_read", responses=FetchOut)
    def get(self, request: Request, fetch_id: UUID) -> Response:
        return Response(FetchOut(get_object_or_404(_own_fetches(request), pk=fetch_id)).data)

    @extend_schema(operation_id="fetches_end", responses={204: None})
    def delete(self, request: Request, fetch_id: UUID) -> Response:
        """Fetch it no more; a job that it has become stays."""
        drop_fetch(fetch=get_object_or_404(_own_fetches(request), pk=fetch_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _own_fetches(request: Request) -> QuerySet[Fetch]:
    return Fetch.objects.for_user(request.user).select_related("job__session", "upload")
