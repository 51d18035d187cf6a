"""The REST endpoint that compares the readings of two models for one video."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.history.differences import difference_between
from webplatform.history.models import EMOTION_CHOICES
from webplatform.history.queries import sessions_of


class ReadByOut(serializers.Serializer):
    session = serializers.UUIDField()
    model = serializers.CharField()


class ChangeOut(serializers.Serializer):
    """How many readings went from one verdict to another; null is "not sure"."""

    count = serializers.IntegerField()

    def get_fields(self) -> dict[str, serializers.Field]:
        verdicts = {key: serializers.ChoiceField(EMOTION_CHOICES, allow_null=True) for key in ("from", "to")}
        return {**verdicts, **super().get_fields()}


class DifferingOut(ChangeOut):
    """An unbroken time in which the two say different things of one face."""

    count = None
    track = serializers.IntegerField()
    start_ms = serializers.IntegerField()
    end_ms = serializers.IntegerField()


class SharesOut(serializers.Serializer):
    emotion = serializers.ChoiceField(EMOTION_CHOICES)
    first = serializers.FloatField()
    second = serializers.FloatField()


class DifferenceOut(serializers.Serializer):
    first = ReadByOut()
    second = ReadByOut()
    readings = serializers.IntegerField(help_text="Faces at moments that both have scored.")
    same = serializers.IntegerField(help_text="Of these, with the same verdict.")
    changes = ChangeOut(many=True)
    shares = SharesOut(many=True, help_text="Of each session's scored time.")
    not_sure_share = serializers.ListField(child=serializers.FloatField(allow_null=True))
    stretches = DifferingOut(many=True, help_text="The longest in which they differ, at most twelve.")


@extend_schema(tags=["sessions"])
class DifferenceApi(APIView):
    """What another model says of the same video."""

    @extend_schema(operation_id="sessions_difference", responses=DifferenceOut)
    def get(self, request: Request, session_id: UUID, other_id: UUID) -> Response:
        first, second = (get_object_or_404(sessions_of(request.user), pk=key) for key in (session_id, other_id))
        return Response(DifferenceOut(difference_between(first, second)).data)
