"""The addresses of the live page and of its socket."""

from django.urls import path

from webplatform.live.consumers import LiveConsumer
from webplatform.live.views import live

app_name = "live"
urlpatterns = [path("live/", live, name="page")]
websocket_urlpatterns = [path("ws/live/", LiveConsumer.as_asgi())]
