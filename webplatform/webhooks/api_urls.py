"""REST addresses of webhooks."""

from django.urls import path

from webplatform.webhooks import api

_ONE = "webhooks/<uuid:webhook_id>/"
urlpatterns = [
    path("webhooks/", api.WebhookListApi.as_view(), name="api-webhooks"),
    path(_ONE, api.WebhookApi.as_view(), name="api-webhook"),
    path(f"{_ONE}secret/", api.WebhookSecretApi.as_view(), name="api-webhook-secret"),
    path(f"{_ONE}test/", api.WebhookTestApi.as_view(), name="api-webhook-test"),
    path(f"{_ONE}deliveries/", api.DeliveryListApi.as_view(), name="api-deliveries"),
    path(f"{_ONE}deliveries/<uuid:delivery_id>/replay/", api.ReplayApi.as_view(), name="api-delivery-replay"),
]
