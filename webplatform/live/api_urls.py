"""REST addresses of the live app."""

from django.urls import path

from webplatform.live import api

urlpatterns = [
    path("live/tickets/", api.TicketApi.as_view(), name="api-live-tickets"),
    path("live/check/", api.CheckApi.as_view(), name="api-live-check"),
]
