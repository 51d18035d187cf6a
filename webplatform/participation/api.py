"""The REST endpoints of a study's participants, and those that a participant's link opens."""

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
from webplatform.participation import participants, services
from webplatform.participation.bulk_participants import Line, add_participants
from webplatform.participation.links import create_link, link_address, revoke_link
from webplatform.participation.queries import requests_of
from webplatform.participation.serializers import (
    AnswerIn,
    LinkIn,
    LinkOut,
    ManyIn,
    ParticipantChangeIn,
    ParticipantIn,
    ParticipantOut,
    RequestOut,
)
from webplatform.studies.models import Participant, ParticipantLink, ParticipantRequest, Study


@extend_schema(tags=["participants"])
class ParticipantListApi(generics.ListAPIView):
    """The participants of a study."""

    serializer_class = ParticipantOut

    @extend_schema(operation_id="participants_list")
    def get(self, request: Request, study_id: UUID) -> Response:
        return self.list(request)

    @extend_schema(operation_id="participants_add", request=ParticipantIn, responses={201: ParticipantOut})
    def post(self, request: Request, study_id: UUID) -> Response:
        study = get_object_or_404(Study.objects.for_user(request.user), pk=study_id)
        sent = ParticipantIn(data=request.data)
        sent.is_valid(raise_exception=True)
        participant = participants.add_participant(study=study, user=request.user, **sent.validated_data)
        return Response(ParticipantOut(participant).data, status=status.HTTP_201_CREATED)

    def get_queryset(self) -> QuerySet[Participant]:
        if getattr(self, "swagger_fake_view", False):
            return Participant.objects.none()
        study = get_object_or_404(Study.objects.for_user(self.request.user), pk=self.kwargs["study_id"])
        return study.participants.select_related("study")


@extend_schema(tags=["participants"])
class ManyParticipantsApi(APIView):
    """Many participants at once."""

    @extend_schema(operation_id="participants_add_many", request=ManyIn, responses={201: ParticipantOut(many=True)})
    def post(self, request: Request, study_id: UUID) -> Response:
        """Add all of them, or nobody: `details.problems` name what is wrong with which, counted from 1."""
        study = get_object_or_404(Study.objects.for_user(request.user), pk=study_id)
        sent = ManyIn(data=request.data)
        sent.is_valid(raise_exception=True)
        numbered = enumerate(sent.validated_data["participants"], start=1)
        added = add_participants(study=study, user=request.user, lines=[Line(n, **one) for n, one in numbered])
        return Response(ParticipantOut(added, many=True).data, status=status.HTTP_201_CREATED)


@extend_schema(tags=["participants"])
class ParticipantApi(APIView):
    """One participant."""

    @extend_schema(operation_id="participants_read", responses=ParticipantOut)
    def get(self, request: Request, participant_id: UUID) -> Response:
        return Response(ParticipantOut(_participant(request, participant_id)).data)

    @extend_schema(operation_id="participants_change", request=ParticipantChangeIn, responses=ParticipantOut)
    def patch(self, request: Request, participant_id: UUID) -> Response:
        """Give another pseudonym or values of variables; an empty value is none, others stay as they are."""
        participant = _participant(request, participant_id)
        sent = ParticipantChangeIn(data=request.data)
        sent.is_valid(raise_exception=True)
        changes = dict(sent.validated_data)
        if changes.get("condition") is not None:
            changes["condition"] = get_object_or_404(participant.study.conditions.all(), pk=changes["condition"])
        changed = participants.change_participant(participant=participant, user=request.user, **changes)
        return Response(ParticipantOut(changed).data)


@extend_schema(tags=["participants"])
class LinkListApi(generics.ListAPIView):
    """The links of a participant."""

    serializer_class = LinkOut
    pagination_class = ListPages

    @extend_schema(operation_id="links_list")
    def get(self, request: Request, participant_id: UUID) -> Response:
        return self.list(request)

    @extend_schema(operation_id="links_create", request=LinkIn, responses={201: LinkOut})
    def post(self, request: Request, participant_id: UUID) -> Response:
        """Make a link; its address is in this answer only."""
        participant = _participant(request, participant_id)
        sent = LinkIn(data=request.data)
        sent.is_valid(raise_exception=True)
        link, key = create_link(participant=participant, user=request.user, **sent.validated_data)
        answer = LinkOut(link, context={"address": link_address(key)})
        return Response(answer.data, status=status.HTTP_201_CREATED)

    def get_queryset(self) -> QuerySet[ParticipantLink]:
        if getattr(self, "swagger_fake_view", False):
            return ParticipantLink.objects.none()
        return _participant(self.request, self.kwargs["participant_id"]).links.all()


@extend_schema(tags=["participants"])
class LinkApi(APIView):
    """One link."""

    @extend_schema(operation_id="links_revoke", responses={204: None})
    def delete(self, request: Request, link_id: int) -> Response:
        links = ParticipantLink.objects.filter(participant__in=Participant.objects.for_user(request.user))
        link = get_object_or_404(links.select_related("participant__study"), pk=link_id)
        revoke_link(link=link, user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["participants"])
class RequestListApi(generics.ListAPIView):
    """The requests of the participants in the user's studies, what is due first coming first."""

    serializer_class = RequestOut

    @extend_schema(operation_id="requests_list")
    def get(self, request: Request) -> Response:
        return self.list(request)

    def get_queryset(self) -> QuerySet[ParticipantRequest]:
        if getattr(self, "swagger_fake_view", False):
            return ParticipantRequest.objects.none()
        return requests_of(self.request.user)


@extend_schema(tags=["participants"])
class AnswerApi(APIView):
    """The answer to a request; an erasure that is answered as done is done by it."""

    @extend_schema(operation_id="requests_answer", request=AnswerIn, responses=RequestOut)
    def post(self, request: Request, request_id: int) -> Response:
        participant_request = get_object_or_404(requests_of(request.user), pk=request_id)
        sent = AnswerIn(data=request.data)
        sent.is_valid(raise_exception=True)
        answer = sent.validated_data
        answered = services.answer(
            request=participant_request, user=request.user, is_done=answer["is_done"], text=answer["answer"]
        )
        return Response(RequestOut(answered).data)


def _participant(request: Request, participant_id: UUID) -> Participant:
    return get_object_or_404(Participant.objects.for_user(request.user).select_related("study"), pk=participant_id)
