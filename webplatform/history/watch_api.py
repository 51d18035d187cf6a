"""The REST endpoint that shows how a study's readings drift."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from webplatform.common.rest.paging import ComputedPages
from webplatform.history.watch import DriftNotice, Week, weeks_of
from webplatform.studies.models import Study

NOTICES = [value for name, value in vars(DriftNotice).items() if name.isupper()]


class WeekOut(serializers.Serializer):
    """What one model read in one week."""

    starts = serializers.DateField(help_text="The Monday.")
    model = serializers.CharField()
    sessions = serializers.IntegerField(source="counts.sessions")
    observations = serializers.IntegerField(source="counts.observations")
    scored = serializers.IntegerField(source="counts.scored")
    not_sure_share = serializers.FloatField(source="counts.not_sure_share", allow_null=True)
    unscored_share = serializers.FloatField(source="counts.unscored_share", allow_null=True)
    unscored = serializers.DictField(source="counts.unscored", child=serializers.IntegerField())
    mix = serializers.DictField(source="counts.mix", child=serializers.FloatField())
    from_validation = serializers.FloatField(allow_null=True, help_text="Population stability index; 0.25 is strong.")
    from_before = serializers.FloatField(allow_null=True, help_text="The same, from the model's earlier weeks.")
    notices = serializers.ListField(child=serializers.ChoiceField(NOTICES))


@extend_schema(tags=["studies"])
class WatchApi(generics.ListAPIView):
    """Week by week: mix of expressions, quality and doubt, beside what the model was validated on."""

    serializer_class = WeekOut
    pagination_class = ComputedPages

    @extend_schema(operation_id="studies_watch")
    def get(self, request: Request, study_id: UUID) -> Response:
        return self.list(request)

    def get_queryset(self) -> Sequence[Week]:
        study = get_object_or_404(Study.objects.for_user(self.request.user), pk=self.kwargs["study_id"])
        return weeks_of(study)
