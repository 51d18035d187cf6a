"""The REST endpoints of a study's films."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.common.rest.paging import ListPages
from webplatform.participation import stimuli
from webplatform.studies.models import Condition, Stimulus, StimulusOrder, Study


class StimulusOut(serializers.Serializer):
    """A film that participants see."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    condition = serializers.IntegerField(
        source="condition_id", allow_null=True, help_text="What its sessions bear; null: the participant's own."
    )
    position = serializers.IntegerField()
    duration_ms = serializers.IntegerField()
    content_type = serializers.CharField()
    size_bytes = serializers.IntegerField()
    sha256 = serializers.CharField()


class StimulusIn(serializers.Serializer):
    file = serializers.FileField(help_text="MP4 with H.264, or WebM: what every browser plays.")
    title = serializers.CharField(max_length=60, default="", allow_blank=True)
    condition = serializers.IntegerField(required=False, allow_null=True, default=None)


class ShowingOut(serializers.Serializer):
    """How a study shows its films."""

    stimulus_order = serializers.ChoiceField(StimulusOrder.choices)
    shows_scores = serializers.BooleanField(help_text="Whether participants see their own scores.")


@extend_schema(tags=["studies"])
class StimulusListApi(generics.ListAPIView):
    """The films of a study, in its order."""

    serializer_class = StimulusOut
    pagination_class = ListPages
    parser_classes = (MultiPartParser,)

    @extend_schema(operation_id="stimuli_list")
    def get(self, request: Request, study_id: UUID) -> Response:
        return self.list(request)

    @extend_schema(operation_id="stimuli_add", request=StimulusIn, responses={201: StimulusOut})
    def post(self, request: Request, study_id: UUID) -> Response:
        study = _study(request, study_id)
        sent = StimulusIn(data=request.data)
        sent.is_valid(raise_exception=True)
        number, title = sent.validated_data["condition"], sent.validated_data["title"]
        condition = get_object_or_404(Condition.objects.filter(study=study), pk=number) if number else None
        stimulus = stimuli.add_stimulus(
            study=study, user=request.user, upload=sent.validated_data["file"], title=title, condition=condition
        )
        return Response(StimulusOut(stimulus).data, status=status.HTTP_201_CREATED)

    def get_queryset(self) -> QuerySet[Stimulus]:
        if getattr(self, "swagger_fake_view", False):
            return Stimulus.objects.none()
        return _study(self.request, self.kwargs["study_id"]).stimuli.all()


@extend_schema(tags=["studies"])
class StimulusApi(APIView):
    """One film; the sessions in which it was shown stay when it goes."""

    @extend_schema(operation_id="stimuli_remove", responses={204: None})
    def delete(self, request: Request, stimulus_id: UUID) -> Response:
        reachable = Stimulus.objects.for_user(request.user).select_related("study")
        stimuli.remove_stimulus(stimulus=get_object_or_404(reachable, pk=stimulus_id), user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["studies"])
class ShowingApi(APIView):
    """In which order films are shown, and whether participants see their own scores."""

    @extend_schema(operation_id="showing_read", responses=ShowingOut)
    def get(self, request: Request, study_id: UUID) -> Response:
        return Response(ShowingOut(_study(request, study_id)).data)

    @extend_schema(operation_id="showing_change", request=ShowingOut, responses=ShowingOut)
    def put(self, request: Request, study_id: UUID) -> Response:
        study = _study(request, study_id)
        sent = ShowingOut(data=request.data)
        sent.is_valid(raise_exception=True)
        order, scores = sent.validated_data["stimulus_order"], sent.validated_data["shows_scores"]
        stimuli.change_showing(study=study, user=request.user, order=order, shows_scores=scores)
        return Response(ShowingOut(study).data)


def _study(request: Request, study_id: UUID) -> Study:
    return get_object_or_404(Study.objects.for_user(request.user), pk=study_id)
