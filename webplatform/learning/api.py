"""The REST endpoints of training. Staff only."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from training import RECIPES
from webplatform.accounts.staff import IsAdmin
from webplatform.common.rest.paging import ListPages
from webplatform.common.rest.serializing import valid_data
from webplatform.learning import services
from webplatform.learning.models import Dataset, TrainingRun
from webplatform.learning.queries import run_data, withdrawn_since
from webplatform.modelhub.models import ModelVersion

RUN_STATES = "queued, running, done, failed or cancelled"


class RunIn(serializers.Serializer):
    dataset = serializers.UUIDField()
    recipe = serializers.ChoiceField(sorted(RECIPES))
    start = serializers.ChoiceField(TrainingRun.Start.choices, required=False, default=TrainingRun.Start.SCRATCH)
    epochs = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1, max_value=1000)
    seed = serializers.IntegerField(required=False, default=1, min_value=0, max_value=2**31 - 1)


class RunOut(serializers.Serializer):
    id = serializers.UUIDField()
    dataset = serializers.UUIDField()
    recipe = serializers.CharField()
    start = serializers.ChoiceField(TrainingRun.Start.choices)
    epochs = serializers.IntegerField(allow_null=True)
    seed = serializers.IntegerField()
    state = serializers.CharField(help_text=RUN_STATES)
    progress = serializers.FloatField()
    seconds_left = serializers.FloatField(allow_null=True)
    curves = serializers.ListField(child=serializers.DictField(), help_text="One row per epoch.")
    log = serializers.ListField(child=serializers.DictField(), help_text="What happened: rows of `at` and `text`.")
    error_message = serializers.CharField()
    model = serializers.IntegerField(allow_null=True, help_text="The candidate that it made.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class VersionOut(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    version = serializers.CharField()
    digest = serializers.CharField()
    state = serializers.CharField(help_text="candidate, active or retired")
    created_at = serializers.DateTimeField()
    withdrawn_since = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DateTimeField(allow_null=True, help_text="Set: somebody it learnt from withdrew."))
    def get_withdrawn_since(self, version: ModelVersion) -> datetime | None:
        return withdrawn_since(version)


class PromotionIn(serializers.Serializer):
    reason = serializers.CharField(max_length=500)


@extend_schema(tags=["learning"])
class RunListApi(generics.ListAPIView):
    """Training runs, newest first."""

    permission_classes = (IsAdmin,)
    queryset = TrainingRun.objects.all()
    serializer_class = RunOut
    pagination_class = ListPages

    @extend_schema(operation_id="runs_list")
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response([run_data(run) for run in page or ()])

    @extend_schema(operation_id="runs_start", request=RunIn, responses={202: RunOut})
    def post(self, request: Request) -> Response:
        sent = valid_data(RunIn, request)
        dataset = get_object_or_404(Dataset, pk=sent.pop("dataset"))
        run = services.start_run(user=request.user, dataset=dataset, options=services.RunOptions(**sent))
        return Response(run_data(run), status=status.HTTP_202_ACCEPTED)


@extend_schema(tags=["learning"])
class RunApi(APIView):
    """One training run."""

    permission_classes = (IsAdmin,)

    @extend_schema(operation_id="runs_read", responses=RunOut)
    def get(self, request: Request, run_id: UUID) -> Response:
        return Response(run_data(get_object_or_404(TrainingRun, pk=run_id)))

    @extend_schema(operation_id="runs_cancel", responses={200: RunOut})
    def delete(self, request: Request, run_id: UUID) -> Response:
        """Cancel the run."""
        run = get_object_or_404(TrainingRun, pk=run_id)
        services.cancel(user=request.user, work=run)
        run.refresh_from_db()
        return Response(run_data(run))


@extend_schema(tags=["learning"])
class ModelListApi(generics.ListAPIView):
    """Models, newest first."""

    permission_classes = (IsAdmin,)
    queryset = ModelVersion.objects.all()
    serializer_class = VersionOut
    pagination_class = ListPages

    @extend_schema(operation_id="models_list")
    def get(self, request: Request) -> Response:
        return self.list(request)


@extend_schema(tags=["learning"])
class PromotionApi(APIView):
    """Making a model the active one."""

    permission_classes = (IsAdmin,)

    @extend_schema(operation_id="models_promote", request=PromotionIn, responses=VersionOut)
    def post(self, request: Request, version_id: int) -> Response:
        """The answer's state tells whether a second admin must confirm first."""
        version = get_object_or_404(ModelVersion, pk=version_id)
        services.promote(user=request.user, version=version, **valid_data(PromotionIn, request))
        version.refresh_from_db()
        return Response(VersionOut(version).data)


class PromotionDecisionIn(serializers.Serializer):
    decision = serializers.ChoiceField(["confirm", "decline"])


@extend_schema(tags=["learning"])
class DecisionApi(APIView):
    """A second admin's word on the open proposal of a model."""

    permission_classes = (IsAdmin,)

    @extend_schema(operation_id="models_decide", request=PromotionDecisionIn, responses=VersionOut)
    def post(self, request: Request, version_id: int) -> Response:
        version = get_object_or_404(ModelVersion, pk=version_id)
        proposal = get_object_or_404(version.proposals.select_related("by", "version"), decided_at=None)
        is_confirmed = valid_data(PromotionDecisionIn, request)["decision"] == "confirm"
        services.decide_promotion(user=request.user, proposal=proposal, is_confirmed=is_confirmed)
        version.refresh_from_db()
        return Response(VersionOut(version).data)
