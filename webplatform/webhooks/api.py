"""The REST endpoints of webhooks."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.studies.models import Study
from webplatform.webhooks import services
from webplatform.webhooks.models import Delivery, Webhook
from webplatform.webhooks.serializers import (
    DeliveryOut,
    NewWebhookOut,
    SecretOut,
    WebhookChangeIn,
    WebhookIn,
    WebhookOut,
)


@extend_schema(tags=["webhooks"])
class WebhookListApi(generics.ListAPIView):
    """The user's own webhooks and those of the studies that they own, newest first."""

    serializer_class = WebhookOut

    @extend_schema(operation_id="webhooks_list")
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(operation_id="webhooks_add", request=WebhookIn, responses={201: NewWebhookOut})
    def post(self, request: Request) -> Response:
        """Add one; the answer tells its secret, only this once."""
        sent = WebhookIn(data=request.data)
        sent.is_valid(raise_exception=True)
        fields = dict(sent.validated_data)
        study_id = fields.pop("study")
        owning_study = get_object_or_404(Study.objects.for_user(request.user), pk=study_id) if study_id else None
        webhook, secret = services.add_webhook(user=request.user, study=owning_study, **fields)
        return Response({**WebhookOut(webhook).data, "secret": secret}, status=status.HTTP_201_CREATED)

    def get_queryset(self) -> QuerySet[Webhook]:
        if getattr(self, "swagger_fake_view", False):
            return Webhook.objects.none()
        return Webhook.objects.for_user(self.request.user)


@extend_schema(tags=["webhooks"])
class WebhookApi(APIView):
    """One webhook."""

    @extend_schema(operation_id="webhooks_read", responses=WebhookOut)
    def get(self, request: Request, webhook_id: UUID) -> Response:
        return Response(WebhookOut(_webhook(request, webhook_id)).data)

    @extend_schema(operation_id="webhooks_change", request=WebhookChangeIn, responses=WebhookOut)
    def patch(self, request: Request, webhook_id: UUID) -> Response:
        """Give it another name, address or events, or turn it on or off."""
        webhook = _webhook(request, webhook_id)
        sent = WebhookChangeIn(data=request.data)
        sent.is_valid(raise_exception=True)
        changed = services.change_webhook(webhook=webhook, user=request.user, **sent.validated_data)
        return Response(WebhookOut(changed).data)

    @extend_schema(operation_id="webhooks_delete", responses={204: None})
    def delete(self, request: Request, webhook_id: UUID) -> Response:
        services.delete_webhook(webhook=_webhook(request, webhook_id), user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["webhooks"])
class WebhookSecretApi(APIView):
    """A new secret; the earlier one signs beside it for a day."""

    @extend_schema(operation_id="webhooks_rotate", request=None, responses=SecretOut)
    def post(self, request: Request, webhook_id: UUID) -> Response:
        secret = services.rotate_secret(webhook=_webhook(request, webhook_id), user=request.user)
        return Response({"secret": secret})


@extend_schema(tags=["webhooks"])
class WebhookTestApi(APIView):
    """Sends an event that says nothing, once."""

    @extend_schema(operation_id="webhooks_test", request=None, responses={202: DeliveryOut})
    def post(self, request: Request, webhook_id: UUID) -> Response:
        delivery = services.send_test(webhook=_webhook(request, webhook_id), user=request.user)
        return Response(DeliveryOut(delivery).data, status=status.HTTP_202_ACCEPTED)


@extend_schema(tags=["webhooks"])
class DeliveryListApi(generics.ListAPIView):
    """What was sent to a webhook, newest first, with every attempt."""

    serializer_class = DeliveryOut

    @extend_schema(operation_id="deliveries_list")
    def get(self, request: Request, webhook_id: UUID) -> Response:
        return self.list(request)

    def get_queryset(self) -> QuerySet[Delivery]:
        if getattr(self, "swagger_fake_view", False):
            return Delivery.objects.none()
        return _webhook(self.request, self.kwargs["webhook_id"]).deliveries.prefetch_related("attempts")


@extend_schema(tags=["webhooks"])
class ReplayApi(APIView):
    """Sends an event again, as it was."""

    @extend_schema(operation_id="deliveries_replay", request=None, responses={202: DeliveryOut})
    def post(self, request: Request, webhook_id: UUID, delivery_id: UUID) -> Response:
        deliveries = _webhook(request, webhook_id).deliveries.select_related("webhook__study")
        again = services.replay(delivery=get_object_or_404(deliveries, pk=delivery_id), user=request.user)
        return Response(DeliveryOut(again).data, status=status.HTTP_202_ACCEPTED)


def _webhook(request: Request, webhook_id: UUID) -> Webhook:
    return get_object_or_404(Webhook.objects.for_user(request.user).select_related("study", "user"), pk=webhook_id)
