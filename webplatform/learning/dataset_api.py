"""The REST endpoints of data sets. Staff only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.accounts.staff import IsAdmin
from webplatform.common.rest.paging import ListPages
from webplatform.common.rest.serializing import valid_data
from webplatform.learning import services
from webplatform.learning.decisions import make_checked
from webplatform.learning.models import Dataset
from webplatform.learning.queries import shortfalls_of

DRY_RUN = "Check it only: it ends as `checked`, and is made once `make/` asks for it; a day later it is cancelled."


class ShortfallOut(serializers.Serializer):
    """A class that a split lacks or has very few pictures of."""

    split = serializers.CharField(help_text="train, public or private")
    expression = serializers.CharField(source="emotion")
    pictures = serializers.IntegerField(help_text="0: it is missing.")
    least = serializers.IntegerField(help_text="Below which number it counts as very small.")


class DatasetOut(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    state = serializers.CharField(help_text="queued, running, checked, done, failed or cancelled")
    digest = serializers.CharField(help_text="SHA-256 of the frozen file; empty until it is checked.")
    report = serializers.DictField(help_text="What was read and what was left out.")
    shortfalls = serializers.SerializerMethodField()
    error_message = serializers.CharField(source="error_text")

    @extend_schema_field(ShortfallOut(many=True))
    def get_shortfalls(self, dataset: Dataset) -> list[dict[str, Any]]:
        """Missing and very small classes."""
        return [dict(ShortfallOut(shortfall).data) for shortfall in shortfalls_of(dataset)]


class DatasetIn(serializers.Serializer):
    """A data set in the server's import folder."""

    name = serializers.CharField(max_length=120)
    source = serializers.CharField(max_length=300)
    licence = serializers.CharField(required=False, allow_blank=True, default="")
    drops_leaks = serializers.BooleanField(required=False, default=True)
    dry_run = serializers.BooleanField(required=False, default=False, help_text=DRY_RUN)


class CorrectionsIn(serializers.Serializer):
    """A data set of every corrected face whose person agreed to training."""

    name = serializers.CharField(max_length=120)
    dry_run = serializers.BooleanField(required=False, default=False, help_text=DRY_RUN)


@extend_schema(tags=["learning"])
class DatasetListApi(generics.ListAPIView):
    """Data sets, newest first."""

    permission_classes = (IsAdmin,)
    queryset = Dataset.objects.all()
    serializer_class = DatasetOut
    pagination_class = ListPages

    @extend_schema(operation_id="datasets_list")
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(operation_id="datasets_import", request=DatasetIn, responses={202: DatasetOut})
    def post(self, request: Request) -> Response:
        sent = valid_data(DatasetIn, request)
        dataset = services.import_dataset(user=request.user, asks_first=sent.pop("dry_run"), **sent)
        return Response(DatasetOut(dataset).data, status=status.HTTP_202_ACCEPTED)


@extend_schema(tags=["learning"])
class CorrectionsApi(APIView):
    """Data sets of corrected faces."""

    permission_classes = (IsAdmin,)

    @extend_schema(operation_id="datasets_from_corrections", request=CorrectionsIn, responses={202: DatasetOut})
    def post(self, request: Request) -> Response:
        sent = valid_data(CorrectionsIn, request)
        asks_first = sent["dry_run"]
        dataset = services.dataset_from_corrections(user=request.user, name=sent["name"], asks_first=asks_first)
        return Response(DatasetOut(dataset).data, status=status.HTTP_202_ACCEPTED)


@extend_schema(tags=["learning"])
class DatasetApi(APIView):
    """One data set."""

    permission_classes = (IsAdmin,)

    @extend_schema(operation_id="datasets_read", responses=DatasetOut)
    def get(self, request: Request, dataset_id: UUID) -> Response:
        return Response(DatasetOut(get_object_or_404(Dataset, pk=dataset_id)).data)

    @extend_schema(operation_id="datasets_cancel", responses=DatasetOut)
    def delete(self, request: Request, dataset_id: UUID) -> Response:
        """Cancel what waits, runs or is checked; its files are deleted."""
        dataset = get_object_or_404(Dataset, pk=dataset_id)
        services.cancel(user=request.user, work=dataset)
        dataset.refresh_from_db()
        return Response(DatasetOut(dataset).data)


@extend_schema(tags=["learning"])
class DatasetMakeApi(APIView):
    """The decision that a checked data set is made."""

    permission_classes = (IsAdmin,)

    @extend_schema(operation_id="datasets_make", request=None, responses=DatasetOut)
    def post(self, request: Request, dataset_id: UUID) -> Response:
        dataset = get_object_or_404(Dataset, pk=dataset_id)
        make_checked(user=request.user, dataset=dataset)
        dataset.refresh_from_db()
        return Response(DatasetOut(dataset).data)
