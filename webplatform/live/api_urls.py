"""REST addresses of the live app."""

from django.urls import path

from webplatform.live import api
from webplatform.live.faces_api import FacesApi

urlpatterns = [
    path("faces/", FacesApi.as_view(), name="api-faces-read"),
    path("live/tickets/", api.TicketApi.as_view(), name="api-live-tickets"),
    path("live/check/", api.CheckApi.as_view(), name="api-live-check"),
]
