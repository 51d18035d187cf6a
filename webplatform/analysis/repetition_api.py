"""The REST endpoint to read a video again with another model."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.analysis.repetitions import repeat_analysis
from webplatform.analysis.serializers import JobOut
from webplatform.history.models import Session
from webplatform.history.queries import sessions_of
from webplatform.history.repetitions import recording_and_repetitions
from webplatform.modelhub.models import ModelVersion


class ReadingOut(serializers.Serializer):
    """One reading of the video, by one model."""

    session = serializers.UUIDField(source="pk")
    state = serializers.ChoiceField(Session.State.choices)
    model = serializers.CharField(source="model_version", allow_null=True)
    repeats = serializers.UUIDField(source="repeats_id", allow_null=True)


class ChoiceOut(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    version = serializers.CharField()
    state = serializers.CharField(help_text="candidate, active or retired")


class RepetitionsOut(serializers.Serializer):
    readings = ReadingOut(many=True)
    models = ChoiceOut(many=True, help_text="Those that can read it again.")


class RepetitionIn(serializers.Serializer):
    model = serializers.IntegerField()


@extend_schema(tags=["sessions"])
class RepetitionListApi(APIView):
    """Readings of the same video by other models."""

    @extend_schema(operation_id="repetitions_list", responses=RepetitionsOut)
    def get(self, request: Request, session_id: UUID) -> Response:
        session = get_object_or_404(sessions_of(request.user).select_related("repeats"), pk=session_id)
        readings = recording_and_repetitions(session)
        models = ModelVersion.objects.exclude(pk__in=[one.model_version_id for one in readings])
        return Response(RepetitionsOut({"readings": readings, "models": models}).data)

    @extend_schema(operation_id="repetitions_add", request=RepetitionIn, responses={202: JobOut})
    def post(self, request: Request, session_id: UUID) -> Response:
        session = get_object_or_404(sessions_of(request.user).select_related("repeats"), pk=session_id)
        sent = RepetitionIn(data=request.data)
        sent.is_valid(raise_exception=True)
        version = get_object_or_404(ModelVersion, pk=sent.validated_data["model"])
        job = repeat_analysis(session=session, user=request.user, version=version)
        return Response(JobOut(job).data, status=status.HTTP_202_ACCEPTED)
