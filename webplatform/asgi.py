"""The ASGI entry: HTTP to Django, WebSockets to Channels, oversized bodies to nobody."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webplatform.settings")
django_application = get_asgi_application()

from webplatform.urls import websocket_urlpatterns  # noqa: E402  (needs the app registry, which the line above fills)

application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
