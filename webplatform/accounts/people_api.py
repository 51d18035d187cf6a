"""The REST endpoints of other people's accounts, for admins."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.accounts import people
from webplatform.accounts.models import User
from webplatform.accounts.staff import IsAdmin


class PersonOut(serializers.ModelSerializer):
    """An account as admins see it."""

    name = serializers.CharField(source="get_full_name")
    has_second_factor = serializers.BooleanField()

    class Meta:
        model = User
        fields = ("id", "email", "name", "is_active", "is_staff", "has_second_factor", "date_joined", "last_login")


class PersonIn(serializers.Serializer):
    is_active = serializers.BooleanField(help_text="false: logins, tokens, live connections and jobs end at once.")


@extend_schema(tags=["people"])
class PersonListApi(generics.ListAPIView):
    """For admins: the accounts, by address."""

    permission_classes = (IsAdmin,)
    serializer_class = PersonOut

    @extend_schema(
        operation_id="people_list",
        parameters=[OpenApiParameter("q", OpenApiTypes.STR, description="A part of the address or the name.")],
    )
    def get(self, request: Request) -> Response:
        return self.list(request)

    def get_queryset(self) -> QuerySet[User]:
        return people.people(self.request.query_params.get("q", "").strip() if self.request else "")


@extend_schema(tags=["people"])
class PersonApi(APIView):
    """For admins: one account."""

    permission_classes = (IsAdmin,)

    @extend_schema(operation_id="people_change", request=PersonIn, responses=PersonOut)
    def patch(self, request: Request, user_id: int) -> Response:
        """Disable or enable the account."""
        person = get_object_or_404(User, pk=user_id)
        sent = PersonIn(data=request.data)
        sent.is_valid(raise_exception=True)
        service = people.enable_account if sent.validated_data["is_active"] else people.disable_account
        service(person=person, by=request.user)
        return Response(PersonOut(people.people().get(pk=user_id)).data)


@extend_schema(tags=["people"])
class PersonSecondFactorApi(APIView):
    """For admins: the second factor of somebody who lost it."""

    permission_classes = (IsAdmin,)

    @extend_schema(operation_id="people_remove_second_factor", responses={204: None})
    def delete(self, request: Request, user_id: int) -> Response:
        people.remove_second_factor(person=get_object_or_404(User, pk=user_id), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)
