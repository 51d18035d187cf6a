"""The REST endpoints of the user's own tokens. A token is made on the page: it cannot make another one."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.accounts.models import ApiToken
from webplatform.accounts.services import revoke_token


class TokenOut(serializers.ModelSerializer):
    """A token without its key."""

    scopes = serializers.ListField(child=serializers.ChoiceField(ApiToken.Scope.choices))

    class Meta:
        model = ApiToken
        fields = ("id", "name", "prefix", "scopes", "created_at", "last_used_at", "expires_at")


@extend_schema(tags=["accounts"])
class TokenListApi(generics.ListAPIView):
    """The user's tokens."""

    serializer_class = TokenOut

    @extend_schema(operation_id="tokens_list")
    def get(self, request: Request) -> Response:
        return self.list(request)

    def get_queryset(self) -> QuerySet[ApiToken]:
        if getattr(self, "swagger_fake_view", False):
            return ApiToken.objects.none()
        return ApiToken.objects.for_user(self.request.user)


@extend_schema(tags=["accounts"])
class TokenApi(APIView):
    """One of the user's tokens."""

    @extend_schema(operation_id="tokens_revoke", responses={204: None})
    def delete(self, request: Request, token_id: int) -> Response:
        token = get_object_or_404(ApiToken.objects.for_user(request.user), pk=token_id)
        revoke_token(token=token, by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)
