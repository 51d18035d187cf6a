"""The live socket's address."""

from django.urls import path

from webplatform.live.consumers import LiveConsumer

websocket_urlpatterns = [path("ws/live/", LiveConsumer.as_asgi())]
