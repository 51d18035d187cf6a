"""The REST endpoints that a participant's link opens: `Participant-Key` is the link's last part, and no account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.common.errors import NotFound
from webplatform.common.rest.paging import ListPages
from webplatform.consent.consent_status import consent_status_of
from webplatform.consent.models import ConsentRecord
from webplatform.consent.proofs import proof_of
from webplatform.consent.queries import consent_history
from webplatform.participation import services
from webplatform.participation.participant_auth import link_opened
from webplatform.participation.queries import notice_data
from webplatform.participation.serializers import (
    ConsentIn,
    OwnPageOut,
    RequestIn,
    RequestOut,
    WithdrawalIn,
    standing_data,
)
from webplatform.retention.downloads import export_file
from webplatform.retention.models import DataExport
from webplatform.retention.queries import held_of
from webplatform.retention.serializers import ExportOut
from webplatform.retention.services import request_export
from webplatform.studies.models import Participant

HEADER = "Participant-Key"
KEY = OpenApiParameter(HEADER, OpenApiTypes.STR, OpenApiParameter.HEADER, required=True)
API = ConsentRecord.Channel.API


class OwnApi(APIView):
    """What all of them share: who asks is who holds the key."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def participant(self, request: Request) -> Participant:
        """Whose key it is.

        Raises:
            NotFound: it is wrong, expired or revoked.
            TooManyAttempts: too many wrong ones came from this address.
        """
        link = link_opened(request, request.headers.get(HEADER, ""))
        if link is None:
            raise NotFound(_("This link does not open anything."))
        return link.participant

    def page(self, participant: Participant) -> dict[str, Any]:
        """Everything that the participant may see of themselves."""
        return OwnPageOut(
            {
                "pseudonym": participant.pseudonym,
                "study": participant.study.name,
                "notice": notice_data(participant, participant.language),
                "held": held_of(participant),
                "proofs": [proof_of(record) for record in consent_history(participant)],
                **standing_data(consent_status_of(participant)),
            }
        ).data


@extend_schema(tags=["own"], parameters=[KEY])
class OwnPageApi(OwnApi):
    """What the participant is told, has agreed to, and what is held of them."""

    @extend_schema(operation_id="own_page", responses=OwnPageOut)
    def get(self, request: Request) -> Response:
        return Response(self.page(self.participant(request)))


@extend_schema(tags=["own"], parameters=[KEY])
class OwnConsentApi(OwnApi):
    """The participant's agreement."""

    @extend_schema(operation_id="own_agree", request=ConsentIn, responses=OwnPageOut)
    def post(self, request: Request) -> Response:
        participant = self.participant(request)
        sent = ConsentIn(data=request.data)
        sent.is_valid(raise_exception=True)
        services.agree(participant=participant, channel=API, **sent.validated_data)
        return Response(self.page(participant))


@extend_schema(tags=["own"], parameters=[KEY])
class OwnWithdrawalApi(OwnApi):
    """The way back, as easy as the way in."""

    @extend_schema(operation_id="own_withdraw", request=WithdrawalIn, responses=OwnPageOut)
    def post(self, request: Request) -> Response:
        participant = self.participant(request)
        sent = WithdrawalIn(data=request.data)
        sent.is_valid(raise_exception=True)
        services.withdraw(participant=participant, channel=API, **sent.validated_data)
        return Response(self.page(participant))


@extend_schema(tags=["own"], parameters=[KEY])
class OwnRequestApi(OwnApi):
    """What the participant asks of the study's owner."""

    @extend_schema(operation_id="own_ask", request=RequestIn, responses={201: RequestOut})
    def post(self, request: Request) -> Response:
        participant = self.participant(request)
        sent = RequestIn(data=request.data)
        sent.is_valid(raise_exception=True)
        participant_request = services.submit_request(participant=participant, **sent.validated_data)
        return Response(RequestOut(participant_request).data, status=status.HTTP_201_CREATED)


@extend_schema(tags=["own"], parameters=[KEY])
class OwnExportListApi(OwnApi, generics.ListAPIView):
    """Copies of what is held of the participant; the newest replaces the one before."""

    serializer_class = ExportOut
    pagination_class = ListPages

    @extend_schema(operation_id="own_exports_list")
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(operation_id="own_exports_ask", request=None, responses={202: ExportOut})
    def post(self, request: Request) -> Response:
        participant = self.participant(request)
        export = request_export(of=participant, language=participant.language)
        return Response(ExportOut(export).data, status=status.HTTP_202_ACCEPTED)

    def get_queryset(self) -> QuerySet[DataExport]:
        if getattr(self, "swagger_fake_view", False):
            return DataExport.objects.none()
        return self.participant(self.request).exports.all()


@extend_schema(tags=["own"], parameters=[KEY])
class OwnExportFileApi(OwnApi):
    """The copy's file, until it expires."""

    @extend_schema(operation_id="own_exports_download", responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, export_id: UUID) -> Response:
        export = get_object_or_404(self.participant(request).exports, pk=export_id)
        return export_file(request._request, export)
