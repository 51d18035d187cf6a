"""The REST endpoints of studies and their approvals."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.accounts.staff import IsAdmin
from webplatform.studies.approvals import decide_approval
from webplatform.studies.models import Study, StudyApproval
from webplatform.studies.queries import studies_of
from webplatform.studies.serializers import ApprovalOut, DecisionIn, StudyDetailOut, StudyIn
from webplatform.studies.services import StudyStatement, change_study, close_study, create_study, reopen_study


@extend_schema(tags=["studies"])
class StudyListApi(generics.ListAPIView):
    """The user's studies; a new one by stating its purpose."""

    serializer_class = StudyDetailOut

    @extend_schema(operation_id="studies_list")
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(operation_id="studies_create", request=StudyIn, responses={201: StudyDetailOut})
    def post(self, request: Request) -> Response:
        sent = StudyIn(data=request.data)
        sent.is_valid(raise_exception=True)
        study = create_study(user=request.user, statement=StudyStatement(**sent.validated_data))
        return Response(StudyDetailOut(study).data, status=status.HTTP_201_CREATED)

    def get_queryset(self) -> QuerySet[Study]:
        if getattr(self, "swagger_fake_view", False):
            return Study.objects.none()
        return studies_of(self.request.user)


@extend_schema(tags=["studies"])
class StudyApi(APIView):
    """One study."""

    @extend_schema(operation_id="studies_read", responses=StudyDetailOut)
    def get(self, request: Request, study_id: UUID) -> Response:
        return Response(StudyDetailOut(_study(request, study_id)).data)

    @extend_schema(operation_id="studies_change", request=StudyIn, responses=StudyDetailOut)
    def put(self, request: Request, study_id: UUID) -> Response:
        study = _study(request, study_id)
        sent = StudyIn(data=request.data)
        sent.is_valid(raise_exception=True)
        study = change_study(study=study, user=request.user, statement=StudyStatement(**sent.validated_data))
        return Response(StudyDetailOut(study).data)


@extend_schema(tags=["studies"], request=None, responses=StudyDetailOut)
class StudyClosingApi(APIView):
    """Nothing more is recorded; what the study holds stays."""

    @extend_schema(operation_id="studies_close")
    def post(self, request: Request, study_id: UUID) -> Response:
        return Response(StudyDetailOut(close_study(study=_study(request, study_id), user=request.user)).data)


@extend_schema(tags=["studies"], request=None, responses=StudyDetailOut)
class StudyReopeningApi(APIView):
    """It records again."""

    @extend_schema(operation_id="studies_reopen")
    def post(self, request: Request, study_id: UUID) -> Response:
        return Response(StudyDetailOut(reopen_study(study=_study(request, study_id), user=request.user)).data)


@extend_schema(tags=["studies"])
class ApprovalListApi(generics.ListAPIView):
    """For admins: the studies in restricted settings, asked and decided."""

    serializer_class = ApprovalOut
    permission_classes = (IsAdmin,)
    queryset = StudyApproval.objects.select_related("study").order_by("-asked_at", "-id")

    @extend_schema(operation_id="approvals_list")
    def get(self, request: Request) -> Response:
        return self.list(request)


@extend_schema(tags=["studies"])
class DecisionApi(APIView):
    """For admins: the answer to one question."""

    permission_classes = (IsAdmin,)

    @extend_schema(operation_id="approvals_decide", request=DecisionIn, responses=ApprovalOut)
    def post(self, request: Request, approval_id: int) -> Response:
        approval = get_object_or_404(StudyApproval.objects.select_related("study"), pk=approval_id)
        sent = DecisionIn(data=request.data)
        sent.is_valid(raise_exception=True)
        return Response(ApprovalOut(decide_approval(approval=approval, user=request.user, **sent.validated_data)).data)


def _study(request: Request, study_id: UUID) -> Study:
    return get_object_or_404(Study.objects.for_user(request.user), pk=study_id)
