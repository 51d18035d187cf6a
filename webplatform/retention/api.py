"""The REST endpoints of retention, exports and erasures."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.accounts.models import User
from webplatform.accounts.staff import IsAdmin
from webplatform.retention import services
from webplatform.retention.downloads import export_file
from webplatform.retention.models import DataExport, Receipt
from webplatform.retention.queries import TOLD_BEFORE, due_of
from webplatform.retention.serializers import ExportOut, OwnWordIn, PolicyIn, PolicyOut, ReceiptOut
from webplatform.studies.models import Participant, Study
from webplatform.studies.retention_policy import RetentionPolicy


@extend_schema(tags=["retention"])
class PolicyApi(APIView):
    """How long a study keeps what."""

    @extend_schema(operation_id="retention_read", responses=PolicyOut)
    def get(self, request: Request, study_id: UUID) -> Response:
        return Response(_policy(_study(request, study_id)))

    @extend_schema(operation_id="retention_change", request=PolicyIn, responses=PolicyOut)
    def put(self, request: Request, study_id: UUID) -> Response:
        study = _study(request, study_id)
        sent = PolicyIn(data=request.data)
        sent.is_valid(raise_exception=True)
        is_confirmed = sent.validated_data.pop("is_confirmed")
        policy = RetentionPolicy(**sent.validated_data)
        services.change_policy(study=study, user=request.user, policy=policy, is_confirmed=is_confirmed)
        return Response(_policy(study))


@extend_schema(tags=["retention"])
class ReceiptListApi(generics.ListAPIView):
    """What went of a study, newest first."""

    serializer_class = ReceiptOut

    @extend_schema(operation_id="receipts_list")
    def get(self, request: Request, study_id: UUID) -> Response:
        return self.list(request)

    def get_queryset(self) -> QuerySet[Receipt]:
        if getattr(self, "swagger_fake_view", False):
            return Receipt.objects.none()
        return Receipt.objects.filter(study_id=_study(self.request, self.kwargs["study_id"]).pk)


@extend_schema(tags=["retention"], auth=[])
class ReceiptApi(APIView):
    """One receipt, for whoever has its number: it says nothing of whom it is."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="receipts_read", responses=ReceiptOut)
    def get(self, request: Request, receipt_id: UUID) -> Response:
        return Response(ReceiptOut(get_object_or_404(Receipt, pk=receipt_id)).data)


@extend_schema(tags=["retention"])
class ParticipantErasureApi(APIView):
    """The end of everything that is held of a participant; for the study's owner."""

    @extend_schema(operation_id="participants_erase", request=None, responses=ReceiptOut)
    def post(self, request: Request, participant_id: UUID) -> Response:
        participants = Participant.objects.for_user(request.user).select_related("study")
        participant = get_object_or_404(participants, pk=participant_id)
        return Response(ReceiptOut(services.erase_participant(participant=participant, by=request.user)).data)


@extend_schema(tags=["account"])
class ExportListApi(generics.ListAPIView):
    """Copies of what is held of the user: the newest replaces the one before."""

    serializer_class = ExportOut

    @extend_schema(operation_id="exports_list")
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(operation_id="exports_ask", request=None, responses={202: ExportOut})
    def post(self, request: Request) -> Response:
        export = services.request_export(of=request.user, language=get_language() or "en")
        return Response(ExportOut(export).data, status=status.HTTP_202_ACCEPTED)

    def get_queryset(self) -> QuerySet[DataExport]:
        if getattr(self, "swagger_fake_view", False):
            return DataExport.objects.none()
        return DataExport.objects.for_user(self.request.user)


@extend_schema(tags=["account"])
class ExportApi(APIView):
    """One copy."""

    @extend_schema(operation_id="exports_read", responses=ExportOut)
    def get(self, request: Request, export_id: UUID) -> Response:
        return Response(ExportOut(_export(request, export_id)).data)


@extend_schema(tags=["account"])
class ExportFileApi(APIView):
    """The copy's file, until it expires."""

    own_errors = ("503",)

    @extend_schema(operation_id="exports_download", responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, export_id: UUID) -> Response:
        return export_file(request._request, _export(request, export_id))


@extend_schema(tags=["account"])
class OwnErasureApi(APIView):
    """The end of the user's own account and of everything that is held of them."""

    @extend_schema(operation_id="account_erase", request=OwnWordIn, responses=ReceiptOut)
    def post(self, request: Request) -> Response:
        sent = OwnWordIn(data=request.data)
        sent.is_valid(raise_exception=True)
        services.require_password(user=request.user, password=sent.validated_data["password"])
        return Response(ReceiptOut(services.erase_account(user=request.user, by=request.user)).data)


@extend_schema(tags=["account"])
class AccountErasureApi(APIView):
    """For admins: the end of somebody's account and of everything that is held of them."""

    permission_classes = (IsAdmin,)

    @extend_schema(operation_id="accounts_erase", request=None, responses=ReceiptOut)
    def post(self, request: Request, user_id: int) -> Response:
        user = get_object_or_404(User, pk=user_id)
        return Response(ReceiptOut(services.erase_account(user=user, by=request.user)).data)


def _study(request: Request, study_id: UUID) -> Study:
    return get_object_or_404(Study.objects.for_user(request.user), pk=study_id)


def _export(request: Request, export_id: UUID) -> DataExport:
    return get_object_or_404(DataExport.objects.for_user(request.user), pk=export_id)


def _policy(study: Study) -> dict[str, object]:
    due = due_of(study, study.retention, timezone.now() + TOLD_BEFORE)
    answer = {**study.retention.days(), "most_days": settings.RAUT_RETENTION_MAX_DAYS}
    answer["goes_within_a_week"] = due.shown_counts()
    return PolicyOut(answer).data
