"""Addresses of the analysis app: the media of a session, and the socket of its jobs."""

from django.urls import path

from webplatform.analysis.consumers import JobsConsumer
from webplatform.analysis.views import media, playback

app_name = "analysis"
urlpatterns = [
    path("sessions/<uuid:session_id>/media/", media, name="media"),
    path("sessions/<uuid:session_id>/media/playback/", playback, name="playback"),
]
websocket_urlpatterns = [path("ws/jobs/", JobsConsumer.as_asgi())]
