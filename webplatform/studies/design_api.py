"""The REST endpoints of a study's conditions and variables."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.common.rest.paging import ListPages
from webplatform.studies import conditions, variables
from webplatform.studies.models import Condition, Study, Variable


class ConditionOut(serializers.Serializer):
    """A label that sessions are compared by."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    position = serializers.IntegerField()


class ConditionIn(serializers.Serializer):
    name = serializers.CharField(max_length=60)


class VariableOut(ConditionOut):
    """What a study notes of each participant."""

    kind = serializers.ChoiceField(Variable.Kind.choices)
    choices = serializers.ListField(child=serializers.CharField(), help_text="Empty for other kinds than a list.")


class VariableIn(serializers.Serializer):
    name = serializers.CharField(max_length=60)
    kind = serializers.ChoiceField(Variable.Kind.choices, default=Variable.Kind.TEXT)
    choices = serializers.ListField(child=serializers.CharField(max_length=200), default=list)


class VariableChangeIn(serializers.Serializer):
    name = serializers.CharField(max_length=60, required=False)
    choices = serializers.ListField(child=serializers.CharField(max_length=200), required=False)


@extend_schema(tags=["studies"])
class ConditionListApi(generics.ListAPIView):
    """The conditions of a study, in its order."""

    serializer_class = ConditionOut
    pagination_class = ListPages

    @extend_schema(operation_id="conditions_list")
    def get(self, request: Request, study_id: UUID) -> Response:
        return self.list(request)

    @extend_schema(operation_id="conditions_add", request=ConditionIn, responses={201: ConditionOut})
    def post(self, request: Request, study_id: UUID) -> Response:
        study = _study(request, study_id)
        sent = ConditionIn(data=request.data)
        sent.is_valid(raise_exception=True)
        condition = conditions.add_condition(study=study, user=request.user, **sent.validated_data)
        return Response(ConditionOut(condition).data, status=status.HTTP_201_CREATED)

    def get_queryset(self) -> QuerySet[Condition]:
        if getattr(self, "swagger_fake_view", False):
            return Condition.objects.none()
        return _study(self.request, self.kwargs["study_id"]).conditions.all()


@extend_schema(tags=["studies"])
class ConditionApi(APIView):
    """One condition; sessions stay when it goes."""

    @extend_schema(operation_id="conditions_rename", request=ConditionIn, responses=ConditionOut)
    def patch(self, request: Request, condition_id: int) -> Response:
        condition = _condition(request, condition_id)
        sent = ConditionIn(data=request.data)
        sent.is_valid(raise_exception=True)
        condition = conditions.rename_condition(condition=condition, user=request.user, **sent.validated_data)
        return Response(ConditionOut(condition).data)

    @extend_schema(operation_id="conditions_remove", responses={204: None})
    def delete(self, request: Request, condition_id: int) -> Response:
        conditions.remove_condition(condition=_condition(request, condition_id), user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["studies"])
class VariableListApi(generics.ListAPIView):
    """The variables of a study's participants; the participants' notice names them."""

    serializer_class = VariableOut
    pagination_class = ListPages

    @extend_schema(operation_id="variables_list")
    def get(self, request: Request, study_id: UUID) -> Response:
        return self.list(request)

    @extend_schema(operation_id="variables_add", request=VariableIn, responses={201: VariableOut})
    def post(self, request: Request, study_id: UUID) -> Response:
        study = _study(request, study_id)
        sent = VariableIn(data=request.data)
        sent.is_valid(raise_exception=True)
        variable = variables.add_variable(study=study, user=request.user, **sent.validated_data)
        return Response(VariableOut(variable).data, status=status.HTTP_201_CREATED)

    def get_queryset(self) -> QuerySet[Variable]:
        if getattr(self, "swagger_fake_view", False):
            return Variable.objects.none()
        return _study(self.request, self.kwargs["study_id"]).variables.all()


@extend_schema(tags=["studies"])
class VariableApi(APIView):
    """One variable; what was known under it goes with it."""

    @extend_schema(operation_id="variables_change", request=VariableChangeIn, responses=VariableOut)
    def patch(self, request: Request, variable_id: int) -> Response:
        variable = _variable(request, variable_id)
        sent = VariableChangeIn(data=request.data)
        sent.is_valid(raise_exception=True)
        variable = variables.change_variable(variable=variable, user=request.user, **sent.validated_data)
        return Response(VariableOut(variable).data)

    @extend_schema(operation_id="variables_remove", responses={204: None})
    def delete(self, request: Request, variable_id: int) -> Response:
        variables.remove_variable(variable=_variable(request, variable_id), user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _study(request: Request, study_id: UUID) -> Study:
    return get_object_or_404(Study.objects.for_user(request.user), pk=study_id)


def _condition(request: Request, condition_id: int) -> Condition:
    return get_object_or_404(Condition.objects.for_user(request.user).select_related("study"), pk=condition_id)


def _variable(request: Request, variable_id: int) -> Variable:
    return get_object_or_404(Variable.objects.for_user(request.user).select_related("study"), pk=variable_id)
