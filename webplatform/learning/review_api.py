"""The REST endpoint of the review queue; an answer is a correction of the session."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from inference import EMOTIONS
from webplatform.common.rest.paging import ComputedPages
from webplatform.history.models import EMOTION_CHOICES
from webplatform.learning.review import Proposal, propose


class ReviewIn(serializers.Serializer):
    limit = serializers.IntegerField(required=False, default=20, min_value=1, max_value=100)
    scores = serializers.BooleanField(required=False, default=False, help_text="Also what the model says.")


class ProposalOut(serializers.Serializer):
    session = serializers.UUIDField(source="row.session_id")
    track = serializers.IntegerField(source="row.track.number")
    t_ms = serializers.IntegerField(source="row.t_ms")
    box = serializers.SerializerMethodField(help_text="x, y, width, height in pixels of the frame.")
    why = serializers.CharField(help_text="unsure, flicker or rare")
    dominant = serializers.ChoiceField(EMOTION_CHOICES, source="row.dominant", allow_null=True, required=False)
    scores = serializers.SerializerMethodField(help_text="Only where they were asked for.")

    @extend_schema_field(serializers.ListField(child=serializers.FloatField(), min_length=4, max_length=4))
    def get_box(self, proposal: Proposal) -> list[float]:
        return [round(value, 1) for value in (proposal.row.x, proposal.row.y, proposal.row.w, proposal.row.h)]

    @extend_schema_field(serializers.DictField(child=serializers.FloatField()))
    def get_scores(self, proposal: Proposal) -> dict[str, float]:
        return {str(emotion): round(getattr(proposal.row, emotion), 4) for emotion in EMOTIONS}


@extend_schema(tags=["sessions"])
class ReviewApi(generics.GenericAPIView):
    """Readings worth a look, of sessions whose people agreed to training and whose video is kept."""

    serializer_class = ProposalOut
    pagination_class = ComputedPages

    @extend_schema(operation_id="review_list", parameters=[ReviewIn], responses=ProposalOut(many=True))
    def get(self, request: Request) -> Response:
        query = ReviewIn(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = self.paginate_queryset(propose(request.user, limit=query.validated_data["limit"]))
        proposals = ProposalOut(page, many=True).data
        return self.get_paginated_response(
            proposals if query.validated_data["scores"] else [_blind(row) for row in proposals]
        )


def _blind(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in ("dominant", "scores", "why")}
