"""Addresses of the analysis app: uploads, jobs and their socket, repetitions, the media of a session."""

from django.urls import path

from webplatform.analysis import repetition_views, upload_views
from webplatform.analysis.consumers import JobsConsumer
from webplatform.analysis.views import media, playback

app_name = "analysis"
urlpatterns = [
    path("upload/", upload_views.upload, name="upload"),
    path("jobs/<uuid:pk>/cancel/", upload_views.cancel, name="cancel"),
    path("jobs/<uuid:pk>/retry/", upload_views.retry, name="retry"),
    path("sessions/<uuid:pk>/repeat/", repetition_views.repeat, name="repeat"),
    path("sessions/<uuid:session_id>/media/", media, name="media"),
    path("sessions/<uuid:session_id>/media/playback/", playback, name="playback"),
]
websocket_urlpatterns = [path("ws/jobs/", JobsConsumer.as_asgi())]
